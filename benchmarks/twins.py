"""The programs of this folder by hand: the same algorithms in the Python that a person would write.

No generators and no lambdas, so that the peers can run them too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

FACTOR: Final = 1103515245
MODULUS: Final = 2147483648


def sieve(size: int) -> int:
    """How many primes there are up to ``size``."""
    prime = [True] * (size + 1)
    candidate = 2
    while candidate * candidate <= size:
        if prime[candidate]:
            for multiple in range(candidate * candidate, size + 1, candidate):
                prime[multiple] = False
        candidate += 1
    count = 0
    for number in range(2, size + 1):
        if prime[number]:
            count += 1
    return count


def queens(size: int) -> int:
    """In how many ways queens fit on a board."""
    columns = [-1] * size
    solutions = 0
    row = 0
    while row >= 0:
        column = columns[row] + 1
        columns[row] = column
        if column >= size:
            columns[row] = -1
            row -= 1
        elif safe(columns, row, column):
            if row == size - 1:
                solutions += 1
            else:
                row += 1
    return solutions


def safe(columns: list[int], row: int, column: int) -> bool:
    """Whether no queen of the rows above attacks the column."""
    for above in range(row):
        distance = columns[above] - column
        if distance == 0 or distance == row - above or distance == above - row:
            return False
    return True


def lcs(size: int) -> int:
    """Length of the longest common subsequence of two sequences."""
    left, right, seed = [], [], 7
    for _ in range(size):
        seed = (seed * FACTOR + 12345) % MODULUS
        left.append(seed // 65536 % 4)
        seed = (seed * FACTOR + 12345) % MODULUS
        right.append(seed // 65536 % 4)
    table = [[0] * (size + 1) for _ in range(size + 1)]
    for i in range(1, size + 1):
        for j in range(1, size + 1):
            if left[i - 1] == right[j - 1]:
                table[i][j] = table[i - 1][j - 1] + 1
            elif table[i - 1][j] >= table[i][j - 1]:
                table[i][j] = table[i - 1][j]
            else:
                table[i][j] = table[i][j - 1]
    return table[size][size]


def bubble(size: int) -> list[int]:
    """Bubble sort: the smallest, the median and the largest number."""
    numbers, seed = [], 42
    for _ in range(size):
        seed = (seed * FACTOR + 12345) % MODULUS
        numbers.append(seed)
    for last in range(size - 1, 0, -1):
        for i in range(last):
            if numbers[i] > numbers[i + 1]:
                numbers[i], numbers[i + 1] = numbers[i + 1], numbers[i]
    return [numbers[0], numbers[size // 2], numbers[-1]]


def strbuild(size: int) -> str:
    """A text built piece by piece."""
    text = ""
    for number in range(size):
        if number % 15 == 0:
            text += f"fizzbuzz {number},"
        elif number % 3 == 0:
            text += f"fizz {number},"
        elif number % 5 == 0:
            text += f"buzz {number},"
        else:
            text += f"{number},"
    return text


def orders_of(size: int) -> list[dict[str, Any]]:
    """Records to query."""
    return [
        {"id": i, "price": i * 37 % 1000, "amount": i % 7 + 1, "status": "open" if i % 3 == 0 else "paid"}
        for i in range(size)
    ]


def pipeline(size: int) -> dict[str, Any]:
    """Orders filtered, mapped, sorted and summed."""
    orders = orders_of(size)
    totals = [each["price"] * each["amount"] for each in orders if each["status"] == "paid" and each["price"] >= 100]
    largest = sorted(totals, reverse=True)[:5]
    small = [each["id"] for each in orders if each["price"] < 100]
    return {"count": len(totals), "sum": sum(totals), "largest": largest, "small": sum(small)}


def fib(size: int) -> int:
    """Fibonacci numbers by plain recursion."""
    return size if size < 2 else fib(size - 1) + fib(size - 2)


def wordfreq(size: int) -> dict[str, Any]:
    """How many words a text has, how many differ, and which is most frequent."""
    parts, seed = [], 1
    for _ in range(size):
        seed = (seed * FACTOR + 12345) % MODULUS
        parts.append(f"Word{seed % 997}")
    words = " ".join(parts).lower().split(" ")
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    most, highest = "", 0
    for word, count in counts.items():
        if count > highest:
            most, highest = word, count
    return {"words": len(words), "different": len(counts), "most": most, "highest": highest}


TWINS: Final[dict[str, tuple[Callable[[int], Any], int]]] = {
    "sieve": (sieve, 100_000),
    "queens": (queens, 7),
    "lcs": (lcs, 300),
    "bubble": (bubble, 500),
    "strbuild": (strbuild, 20_000),
    "pipeline": (pipeline, 10_000),
    "fib": (fib, 20),
    "wordfreq": (wordfreq, 20_000),
}
"""Every program: its twin, and the size that is measured."""
