"""The grammar of claimed formulas: sums and products of symbols, nothing else.

formula  = term, then any of + term, − term
term     = factor, then any of * factor, / number, or a factor that begins with a symbol or "("
factor   = − factor, or part, or part ^ whole number up to 4
part     = number, symbol, "(" formula ")"
symbol   = a known name, then [1,2] or single digits (x12); ∂L/∂z12 stands for g12

Text of any kind is refused in time: its length, depth, numbers, powers and products have limits.
Nothing is ever evaluated by Python or SymPy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeAlias

from walkthrough.derivations.derivation_notation import Atom
from walkthrough.derivations.proof import polynomials
from walkthrough.derivations.proof.polynomials import Polynomial, TooManyTerms
from walkthrough.words.messages import quoted

LONGEST = 20_000
DEEPEST_PARENTHESES = 50
MOST_FORMULA_TERMS = 20_000
MOST_FACTORS = 40
HIGHEST_POWER = 4
_LONGEST_NUMBER = 30
_MOST_BITS = 4_000
_MOST_WORK = 60_000

Resolve: TypeAlias = Callable[[str, tuple[int, ...]], Atom]
"""What a name with its indices stands for; raises Unreadable."""

_SAME = str.maketrans(
    {
        **dict.fromkeys("−–‐‑‒﹣－", "-"),
        **dict.fromkeys("·×⋅∙•＊", "*"),
        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
        **{high: f"^{digit}" for high, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)},
        "＋": "+",
        "₊": "+",
        "½": "(1/2)",
        "¼": "(1/4)",
        "¾": "(3/4)",
        "⅓": "(1/3)",
    }
)
_BLANK = re.compile(r"\s*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_BRACKETS = re.compile(r"\s*\[\s*([0-9]{1,6}(?:\s*,\s*[0-9]{1,6}){0,5})\s*\]")
_DIGITS = re.compile(r"_?\{?([0-9]{1,6})\}?")
_DERIVATIVE = re.compile(r"(?:∂|d)\s*[a-z]\s*/\s*(?:∂|d)\s*(?=[a-z])")


class Unreadable(ValueError):
    """A text that is no formula of this kind; the message says where and why."""


def polynomial(text: str, names: Iterable[str], resolve: Resolve) -> Polynomial:
    """The terms of a formula, multiplied out; raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(f"the formula has {len(text):,} characters; at most {LONGEST:,} are read")
    return _Parser(text.translate(_SAME).lower(), names, resolve).whole()


class _Parser:
    def __init__(self, text: str, names: Iterable[str], resolve: Resolve) -> None:
        self.text = text
        self.names = sorted({name.lower() for name in names}, key=lambda name: (-len(name), name))
        self.resolve = resolve
        self.at = 0
        self.depth = 0
        self.work = 0

    def whole(self) -> Polynomial:
        """The whole text as one formula."""
        result = self.formula()
        if self.next():
            raise self.unexpected("an operator such as + or *")
        return result

    def next(self) -> str:
        """The next character that is not blank; "" at the end."""
        match = _BLANK.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.text[self.at : self.at + 1]

    def unexpected(self, wanted: str) -> Unreadable:
        """What is wrong here."""
        found = self.text[self.at : self.at + 20]
        return Unreadable(
            f"expected {wanted} before {quoted(found)}" if found else f"expected {wanted} at the end"
        )

    def formula(self) -> Polynomial:
        """A sum of terms."""
        sign = self.sign() if self.next() in "+-" and self.next() else 1
        parts = [polynomials.scaled(self.term(), sign)]
        held = len(parts[0])
        while self.next() and self.next() in "+-":
            sign = self.sign()
            parts.append(polynomials.scaled(self.term(), sign))
            held += len(parts[-1])
            if held > 2 * MOST_FORMULA_TERMS:
                raise Unreadable(f"the formula has over {MOST_FORMULA_TERMS:,} terms")
        return polynomials.plus(parts)

    def sign(self) -> int:
        """+ as 1, − as −1."""
        self.at += 1
        return 1 if self.text[self.at - 1] == "+" else -1

    def term(self) -> Polynomial:
        """A product; a factor may follow without a sign if it begins with a symbol or a parenthesis."""
        result = self.factor()
        while True:
            following = self.next()
            if following == "*":
                self.at += 1
                result = self.product(result, self.factor())
            elif following == "/":
                self.at += 1
                result = polynomials.scaled(result, 1 / self.divisor())
            elif following == "(" or self.name_here() or _DERIVATIVE.match(self.text, self.at):
                result = self.product(result, self.factor())
            else:
                return result

    def divisor(self) -> Fraction:
        """What one divides by: a number that is not 0."""
        divisor = self.factor()
        if divisor.keys() != {()}:
            raise Unreadable("a formula divides by a number only, and not by 0")
        return Fraction(divisor[()])

    def factor(self) -> Polynomial:
        """A part, perhaps with a sign before it or a power after it."""
        negative = False
        while self.next() and self.next() in "+-":
            negative ^= self.sign() < 0
        result = self.part()
        if self.text.startswith("**", self.at) or self.next() == "^":
            self.at += 2 if self.text.startswith("**", self.at) else 1
            result = self.power(result)
        return polynomials.scaled(result, -1) if negative else result

    def power(self, base: Polynomial) -> Polynomial:
        """The base to a whole number."""
        self.next()
        match = _NUMBER.match(self.text, self.at)
        if match is None or not match[0].isdigit():
            raise self.unexpected("a whole number as the power")
        if len(match[0]) > 2 or int(match[0]) > HIGHEST_POWER:
            raise Unreadable(f"powers go up to {HIGHEST_POWER}")
        self.at = match.end()
        result = polynomials.constant(1)
        for _ in range(int(match[0])):
            result = self.product(result, base)
        return result

    def part(self) -> Polynomial:
        """A number, a symbol, or a formula in parentheses."""
        if self.next() == "(":
            return self.parenthesised()
        match = _NUMBER.match(self.text, self.at)
        if match is not None:
            if len(match[0]) > _LONGEST_NUMBER:
                raise Unreadable(f"a number has over {_LONGEST_NUMBER} digits")
            self.at = match.end()
            return polynomials.constant(Fraction(match[0]))
        return self.symbol()

    def parenthesised(self) -> Polynomial:
        """(formula)."""
        self.depth += 1
        if self.depth > DEEPEST_PARENTHESES:
            raise Unreadable(f"parentheses are nested over {DEEPEST_PARENTHESES} deep")
        self.at += 1
        result = self.formula()
        if self.next() != ")":
            raise self.unexpected('")"')
        self.at += 1
        self.depth -= 1
        return result

    def symbol(self) -> Polynomial:
        """A name and its indices."""
        derivative = _DERIVATIVE.match(self.text, self.at)
        if derivative is not None:
            self.at = derivative.end()
        name = self.name_here()
        if not name:
            raise self.unexpected(f"a number or one of {', '.join(self._shortest())}")
        self.at += len(name)
        index: tuple[int, ...] = ()
        if match := _BRACKETS.match(self.text, self.at):
            index = tuple(int(part) for part in match[1].split(","))
        elif match := _DIGITS.match(self.text, self.at):
            index = tuple(map(int, match[1]))
        self.at = match.end() if match else self.at
        return polynomials.variable(self.resolve(f"∂{name}" if derivative else name, index))

    def _shortest(self) -> list[str]:
        return sorted(self.names, key=lambda name: (len(name), name))[:8]

    def name_here(self) -> str:
        """The longest known name that stands here; "" if none does."""
        for name in self.names:
            if self.text.startswith(name, self.at):
                after = self.text[self.at + len(name) : self.at + len(name) + 1]
                # kernel is no k, and x may be followed by another symbol only after an index
                if not after.isalpha() and after != ".":
                    return name
        return ""

    def product(self, one: Polynomial, other: Polynomial) -> Polynomial:
        """The product, within its limits."""
        self.work += len(one) * len(other) + 1
        degree = max(map(len, one), default=0) + max(map(len, other), default=0)
        if self.work > _MOST_WORK:
            raise Unreadable("multiplied out, the formula is too long")
        if degree > MOST_FACTORS:
            raise Unreadable(f"a term has over {MOST_FACTORS} factors")
        try:
            result = polynomials.times(one, other, MOST_FORMULA_TERMS)
        except TooManyTerms:
            raise Unreadable(f"multiplied out, the formula has over {MOST_FORMULA_TERMS:,} terms") from None
        if any(max(abs(c.numerator), c.denominator).bit_length() > _MOST_BITS for c in result.values()):
            raise Unreadable("a number in the formula is too long")
        return result
