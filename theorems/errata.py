r"""The slips of the book, with what would be right.

Four sorts: a `misprint` (a symbol, an index, a name), a `wrong` statement, a proof with a `gap` or
a wrong line although its claim is true, and a bound that is `not sharp`.  Where a theorem of the
catalogue has a slot for the formula, the erratum names the wording there, and the counterexample
is found and checked by machine; elsewhere a smallest example is given in words.

In the formulas, \( ... \) encloses LaTeX.
"""

from dataclasses import dataclass
from typing import Literal

Sort = Literal["misprint", "wrong", "gap", "not sharp"]


@dataclass(frozen=True)
class Erratum:
    """One slip."""

    where: str
    sort: Sort
    printed: str
    correct: str
    example: str = ""
    """A smallest case that shows it, if there is one and no wording does."""
    theorem: str = ""
    """The number of the theorem whose wording it is."""
    wording: str = ""
    """The name of the wording among those that must fall, or must survive if it is not sharp."""


ERRATA: tuple[Erratum, ...] = (
    Erratum(
        "introduction",
        "misprint",
        "the linearization is introduced in Section 11.5.2",
        "in Section 11.3",
    ),
    Erratum(
        "(11.1.3)",
        "wrong",
        r"\(f(w)<f(v)\) for all \(v\)",
        r"\(f(w)\le f(v)\) for all \(v\)",
        r"\(v=w\): no \(w\) at all satisfies the printed condition",
    ),
    Erratum(
        "sketch after Theorem 11.3",
        "wrong",
        r"\(f(w_k)\to0\)",
        r"\(f(w_k)\to\min f=\|y\|^2-\|AA^\dagger y\|^2\)",
        theorem="11.2",
        wording="the loss always reaches 0",
    ),
    Erratum(
        "Theorem 11.3",
        "not sharp",
        r"\(h<\frac1{2s_{\max}^2}\)",
        r"\(h<\frac1{s_{\max}^2}\)",
        theorem="11.3",
        wording="the largest possible threshold",
    ),
    Erratum("Example 11.6", "misprint", r"outer index \(i\)", r"outer sum over \(j=1,\dots,m\)"),
    Erratum("after Theorem 11.7", "misprint", "by Proposition 11.2 it suffices", "by Theorem 11.7"),
    Erratum(
        "after (11.2.10)",
        "misprint",
        r"without specifying \(K\) or \(K\); \(\|G\alpha y\|\)",
        r"without specifying \(H\) or \(\phi\); \(\|G\alpha-y\|\)",
    ),
    Erratum(
        "Remark 11.11",
        "not sharp",
        r"\(\phi:\mathbb R^d\to H\), for a continuous kernel on a compact set",
        r"\(\phi:\Omega\to H\), for every kernel (Moore-Aronszajn)",
    ),
    Erratum("(11.3.3)", "misprint", r"\(\sum_{j=1}^m\) of terms with \(i\)", r"\(\sum_{i=1}^m\)"),
    Erratum(
        "(11.4.7)",
        "wrong",
        r"\(J(w)J(w)^\top=(\hat K_n(x_i,x_j))\) for every \(w\)",
        r"for \(w=w_0\)",
        r"\(\Phi(w)=w+\frac12w^2\), \(w_0=0\), \(w=1\): \(4\ne1\)",
    ),
    Erratum(
        "Theorem 11.13, Step 2, and (11.5.8)",
        "gap",
        r"\(E(w_{k+1})-E(w_k)=J(\tilde w_k)(w_{k+1}-w_k)\) for some \(\tilde w_k\) between",
        r"the averaged Jacobian \(\bar J_k=\int_0^1J(w_k+t(w_{k+1}-w_k))\,dt\)",
        r"\(E(t)=(t^2,t^3)\) on \([0,1]\): no \(t\) has \(2t=1\) and \(3t^2=1\)",
    ),
    Erratum(
        "Theorem 11.13, Step 2",
        "gap",
        "the change of the kernel in three terms, of which two do not match",
        r"\((\bar J_k-J_0)J_k^\top+J_0(J_k-J_0)^\top\), so at most \(2mULr\)",
        r"numbers \(\tilde J=1\), \(J_k=0\), \(J_0=1\): \(1\) on the left, \(0\) on the right",
    ),
    Erratum(
        "(11.4.3)",
        "not sharp",
        "constant 12",
        "constant 8 is proved; below 4 it is false",
        theorem="11.13",
        wording="the sharper constant 8",
    ),
    Erratum(
        "Assumption 11.14",
        "not sharp",
        "moments up to order 8",
        "order 4 suffices for the chapter, order 2 for its almost sure statements",
    ),
    Erratum(
        "Example 11.17",
        "wrong",
        r"\(u_i\sim\mathcal D(0,1)\)",
        r"\(u_i\sim\mathcal D(0,1/d)\), as the factor \(\frac1{2\pi d}\) needs",
        theorem="11.17",
        wording="variance 1, as printed",
    ),
    Erratum("Lemma 11.19", "misprint", r"\(n_0\in\mathbb R\)", r"\(n_0\in\mathbb N\)"),
    Erratum(
        "Lemma 11.19, proof",
        "gap",
        r"\(\lambda_{\min}\) from \(\frac1n\|\hat G_n\|=\sup\ge\dots\)",
        r"\(\inf_{\|a\|=1}\frac1n\|\hat G_na\|\), or Weyl's inequality",
        r"\(\frac1n\hat G_n=\mathrm{diag}(1,0)\): norm 1, \(\lambda_{\min}=0\)",
    ),
    Erratum(
        "Lemma 11.19, proof",
        "misprint",
        r"\(\lambda_{\min}(\hat G_n)\ge\lambda_{\min}^{LC}/2\)",
        r"\(\lambda_{\min}(\hat G_n)\ge n\lambda_{\min}^{LC}/2\)",
    ),
    Erratum(
        "Lemma 11.19, proof",
        "gap",
        r"\(\lambda_{\max}^{LC}+\frac12\lambda_{\min}^{LC}\le\lambda_{\max}^{LC}\)",
        r"\(\le\frac32\lambda_{\max}^{LC}\)",
        theorem="11.19",
        wording="upper end without room, as in the book's proof",
    ),
    Erratum(
        "Lemma 11.20",
        "not sharp",
        r"\(1-\frac{d\mu_4}n\)",
        r"\(1-\frac{d(\mu_4-1)}n\), and better \(\frac1{1+d(\mu_4-1)/n}\)",
        theorem="11.20",
        wording="by Cantelli, sharper",
    ),
    Erratum(
        "Lemma 11.21",
        "gap",
        r"\(M_1=1+8R+12R^2\) as the sum of the partial bounds",
        r"their sum is \(1+8R+18R^2+9R^3\): the part of \(U\) is left out (the bound is true)",
    ),
    Erratum(
        "Lemma 11.21",
        "gap",
        r"\(M_2=R+6R^2+6R^3\) as the sum of the partial bounds",
        r"their sum is \(6R+12R^2+6R^3\): the part of \(b\) is left out (false for \(n\le10\))",
        theorem="11.21",
        wording="M_2 as printed",
    ),
    Erratum(
        "Lemma 11.21, proof",
        "misprint",
        r"\(\sigma(\tilde Ux-\tilde b)\)",
        r"\(\sigma(\tilde Ux+\tilde b)\)",
        r"\(U=\tilde U=0\), \(b=\tilde b=1\), tanh: \(0\) against \(2\tanh1\)",
    ),
    Erratum(
        "Lemma 11.21",
        "not sharp",
        r"a Lipschitz constant \(M\sqrt n\)",
        r"one that stays bounded: it tends to \(B_1\sqrt{1+\|x\|^2}\)",
        theorem="11.21",
        wording="M_2 without the sqrt(n) it is multiplied by",
    ),
    Erratum(
        "Theorem 11.23",
        "wrong",
        r"\(f(w_k)\le C(1-\frac{hn}{2\lambda_{\min}^{LC}})^{2k}\)",
        r"\(f(w_k)\le C(1-\frac{hn\lambda_{\min}^{LC}}2)^{2k}\)",
        theorem="11.23",
        wording="decay with the inverse eigenvalue, as printed",
    ),
    Erratum(
        "Theorem 11.23, proof",
        "gap",
        r"\(cn^{-1/2}\ge\frac{2mM\sqrt n}n\sqrt{R_0}\)",
        r"\(cn^{-1/2}\ge\frac{4\sqrt mM}{\lambda_{\min}^{LC}\sqrt n}\sqrt{R_0}\)",
        theorem="11.23",
        wording="radius as printed",
    ),
    Erratum(
        "Remark 11.24",
        "wrong",
        r"\(\sum_jB^kAy\) and \(\sum_jB^k=A^{-1}\)",
        r"\(\sum_{j<k}B^jAy\) and \(\sum_jB^j=A^{-1}\)",
        theorem="11.24",
        wording="B^k inside the sum, as printed",
    ),
    Erratum(
        "Proposition 11.25, proof",
        "gap",
        r"\(mM(\cdot)\le cmMn^{-1/2}\)",
        r"\(mM^2(\cdot)\le2cmM^2n^{-1/2}\)",
        theorem="11.25",
        wording="as printed, M once and no 2",
    ),
    Erratum(
        "Propositions 11.25 and 11.26",
        "gap",
        r"\(C\) before \(\delta\)",
        r"the proof gives \(C(\delta)\); harmless, as the true rate is faster",
    ),
    Erratum(
        "Propositions 11.25 and 11.26",
        "not sharp",
        r"rate \(n^{-1/2}\)",
        r"\(n^{-3/2}\) by the same bounds; \(n^{-2}\) is observed",
    ),
    Erratum(
        "Definition 11.27",
        "misprint",
        r"\((g(x_1,\cdot))_{j=1}^n\); mean and variance",
        r"\((g(x_j,\cdot))_{j=1}^k\); mean and covariance",
    ),
    Erratum(
        "Proposition 11.28",
        "misprint",
        r"networks of depth \(n\); \(\sum_{j=1}^nZ_i\)",
        r"of width \(n\); \(\sum_{i=1}^nZ_i\)",
    ),
    Erratum(
        "Proposition 11.28",
        "gap",
        r"no hypothesis on \(\sigma\)",
        r"\(\mathbb E[\sigma(u^\top x_i)^2]<\infty\)",
        r"\(\sigma(t)=e^{t^2}\), \(d=1\), \(x=1\), Gaussian weights",
    ),
    Erratum(
        "Figure 11.3",
        "wrong",
        r"\(h=\frac1n\) with the loss (11.0.1b)",
        r"\(hn\lambda_{\max}(K)<1\); for instance \(h=\frac1{4n}\)",
        theorem="11.3b",
        wording="the printed step",
    ),
    Erratum(
        "Section 11.6",
        "not sharp",
        r"\(\mathbb E\|\nabla_v\Phi\|=O(n)\)",
        r"\(\Theta(\sqrt n)\); it is the square that is \(\Theta(n)\)",
    ),
    Erratum(
        "Section 11.6.2 and Exercise 11.37",
        "misprint",
        "Theorem 11.23 for the tangent kernel",
        "Theorem 11.16",
    ),
    Erratum(
        "Theorem 11.30, proof",
        "gap",
        r"\(x^{(1)}=U_0x+b_0\)",
        r"\(x^{(1)}=d^{-1/2}U_0x+b_0\)",
        theorem="11.30",
        wording="x^(1) = U x + b, as printed",
    ),
    Erratum(
        "Theorem 11.30, proof",
        "misprint",
        r"existence of \(n_0\) follows",
        r"the theorem claims no \(n_0\)",
    ),
    Erratum(
        "(11.6.3)",
        "misprint",
        r"an unbalanced parenthesis in \(\nabla_b\Phi\)",
        r"\(n^{-1/2}v\odot\sigma'(d^{-1/2}Ux+b)\)",
    ),
    Erratum(
        "Exercise 11.33",
        "gap",
        r"arbitrary \(x_i\)",
        r"pairwise distinct \(x_i\)",
        r"\(m=2\), \(x_1=x_2\), \(y=(1,-1)\)",
    ),
    Erratum("Exercise 11.35", "misprint", r"let \(n\in\mathbb N\)", r"let \(r\in\mathbb N\)"),
    Erratum(
        "Exercise 11.36",
        "misprint",
        r"\(\frac{xz^\top}{\|x\|\|z\|}\)",
        r"\(\frac{x^\top z}{\|x\|\|z\|}\)",
    ),
    Erratum(
        "Theorem 11.7, end of the proof",
        "misprint",
        r"\(\dots=\|w\|_H\)",
        r"\(\dots=\|w\|_H^2\)",
        theorem="11.7",
        wording="the square for the norm, as printed",
    ),
    Erratum(
        "Example 11.5",
        "misprint",
        "the decision boundary is the set of all hyperplanes",
        r"a hyperplane, \(\{z\mid w^\top z=0\}\)",
    ),
)
