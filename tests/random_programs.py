"""Random programs as text, for differential tests: many kinds of sharing, updating and mixing of types.

Every variable has a role that what is put into it keeps to, so that the compiler finds types; ``noise``
says how often something else comes, so that it must not trust them too far.
"""

from random import Random

from hypothesis import strategies as st

NUMBERS = (
    "0", "1", "2", "3", "7", "-1", "-2", "16777215", "16777216", "2147483647", "2147483648",
    "4294967296", "-16777216", "1152921504606846975",
    "1152921504606846976", "9223372036854775807", "-9223372036854775808", "9223372036854775806",
)  # fmt: skip
AMOUNTS = (
    "0.5", "2.0", "-1.25", "1000000.1", "9007199254740993.0", "0.1", "9223372036854775808", '"5"', '" 2"', '"1.5"',
    '"1e3"', '"1e999"', '("1e999" - "1e999")',
)  # fmt: skip
TEXTS = ('""', '"0"', '"1"', '"01"', '"abc"', '"a"', '"1e1"', '" 2"', '"1.0"', '"true"', '"k"', '"null"', '"-1"')
FAULTS = ("(1 % 0)", "(1 / 0)", "(null + 1)", '("x" * 2)', "($a[7] + 1)", "(0..$c)", "({k: []}|trim)")
COMPARED = ('""', '"0"', '"1"', '"abc"', "null", "true", "false", "0", "[]", "{}")
KEYS = ('"k"', '"l"', '"m"')
ANY_KEY = ('"k"', '"0"', '"1"', "null", "true", "1.5", '"-1"', '"k.l"', '""', '"[0]"', "$s", "$x")
TAKING = ("first", "last", "get:0", "get:1", "get:-1", 'get:"k"')
JOINING = ('join:"-"', "first", "last")
CHANGING = ("to_upper", "trim", 'concat:"z"', "substr:0:1", "to_text")
SUMMING = (
    "sum", "first", "last", "max", "count", "find:$$ > 1", "findIndex:$$ == 2", "reduce:$$ + $result:0", "pop",
)  # fmt: skip
REKEEPING = (
    "reverse", "slice:0:2", "slice:1", "unique", "values", "filter:$$", "map:$$", "safe_array", "sort",
    'sort:"":"number"', "transform:$$", "filter_empty",
)  # fmt: skip
RESHAPING = (
    "transform:[$$]", 'prepend:1:"k"', 'append:1:"k"', "entries", "keys", "map:[$$]", 'get:"k"', "flatten",
    "transform:($$|count)", "transform:($$ == 3)", "to_text", "json_encode", "merge:{k: 1}", "map:($$ ~ $index)",
    "map:{k: $$}", "map:($$[0] ?? $$)", "map:($parent|count)", "map:$x", "some:$$ == 1", "every:$$",
)  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "%")
COMPARISONS = ("==", "!=", "===", "!==", "<", "<=", ">", ">=")
ROLES = {
    "a": "numbers", "b": "numbers", "c": "texts", "d": "table", "e": "table", "f": "record", "g": "record",
    "h": "shelf", "i": "number", "j": "number", "s": "text", "t": "text", "u": "amount", "x": "any", "r": "numbers",
    "o": "thing", "p": "things",
}  # fmt: skip
"""Variables by name. A table is a list of lists, a record an object of numbers, a shelf an object of lists."""
INPUTS = {"number": "$input.n", "numbers": "$input.l", "table": "$input.v", "amount": "$input.q", "flag": "$input.w"}
"""Inputs of the random function that programs call."""
FIELDS = {"k": "number", "s": "text", "l": "numbers"}
"""What a thing consists of."""
OF_ELEMENT = {
    "numbers": "number", "texts": "text", "table": "numbers", "things": "thing", "record": "number", "shelf": "numbers",
}  # fmt: skip
LISTS = ("numbers", "texts", "table", "things")
HAVING = (
    '($f|has:"k")', "($f|has:$s)", '($h|has:"l")', "($x|has:$s)", "($a|has:1)", '($o|has:"k.l")', "($g|has:$i)",
)  # fmt: skip
GETTING = ('($f|get:"k":0)', "($g|get:$s:1)", "($t|strlen)", '($o|get:"k")', '($x|get:"k":null)', "($a|get:$i:0)")
RETHINKING = ('unset:"s"', 'unset:"l"', "merge:{k: null}", "merge:{z: 1}", 'set:"s":null', "pick:[k, s]")
SCALARS = ("number", "amount", "text", "flag")
LOGGED = "catch {\ndebug.log { value = $error.message }\n}"
CALLEES = {
    "grow": """
---
function grow {
  input {
    json list?
    json more?
  }
  stack {
    var $list { value = $input.list }
    array.push $list { value = $input.more }
    var.update $list[0] { value = "grown" }
  }
  response = $list
}
""",
    "same": """
---
function same {
  input {
    json list?
    json more?
  }
  stack { }
  response = $input.list
}
""",
    "cell": """
---
function cell {
  input {
    json list?
    json more?
  }
  stack {
    var $table { value = $input.list }
    var $row { value = $table|get:0 }
    var.update $row { value = $row|set:0:$input.more }
    var.update $table { value = $table|set:0:$row }
    var.update $table[1][0] { value = $input.more }
  }
  response = [$table, $row, $input.list]
}
""",
    "count_down": """
---
function count_down {
  input {
    int list?
    int more?
  }
  stack {
    conditional { if ($input.list < 1) { return { value = $input.more } } }
    function.run "count_down" { input = {list: $input.list - 1, more: $input.more + $input.list} } as $r
  }
  response = $r
}
""",
    "typed": """
---
function typed {
  input {
    int[] list?
    decimal more?
  }
  stack {
    var $sum { value = 0 }
    foreach ($input.list) { each as $n {
      math.add $sum { value = $n }
      conditional { if ($n === $input.more) { return { value = $n ~ "" } } }
    } }
    var $half { value = $input.more / 2 }
  }
  response = ($sum > 3) ? $sum : $half
}
""",
}
"""Functions that programs call, by name."""


class Writer:
    """Draws one program."""

    def __init__(self, random):
        self.random = random
        self.noise = self.pick([0, 0, 1, 3])
        """How often something comes that does not keep to the roles."""
        self.left = self.between(6, 25)
        """Statements that may still be written."""
        self.known = [name for name in ROLES if not self.chance(2)]
        """Variables that are set at the beginning."""
        self.loops = 0
        self.counters = 0
        self.element = ""
        """The role of ``$$``, ``""`` outside element expressions."""
        self.in_helper = False

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def noisy(self, percent):
        return self.chance(percent * self.noise)

    def pick(self, options):
        return self.random.choice(options)

    def between(self, low, high):
        return self.random.randint(low, high)

    # ------------------------------------------------------------ expressions

    def variable(self, *roles):
        """A variable of a role, or of any."""
        fitting = [name for name, role in ROLES.items() if not roles or role in roles]
        sign = "$var." if self.chance(2) else "$"
        return sign + self.pick([*ROLES] if self.noisy(2) or not fitting else fitting)

    def value(self, role, depth=2):
        """An expression of a role, in parentheses where it needs them."""
        if self.noisy(2):
            role = "any"
        if role == "any":
            if self.chance(20):
                return self.pick(["null", "true", "false", "[]", "{}"])
            role = self.pick([*SCALARS, *OF_ELEMENT, "thing"])
        if self.chance(1):
            return self.pick(FAULTS)
        if self.in_helper and role in INPUTS and self.chance(20):
            return INPUTS[role]
        if self.element and self.chance(60 if self.element == role else 10):
            return "$$"
        if depth > 0 and self.chance(10):
            return self.mixed(role, depth - 1)
        if depth > 0 and role in ("number", "numbers", "text") and self.chance(20):
            return self.access(role, depth - 1)
        return getattr(self, role)(depth - 1)

    def mixed(self, role, depth):
        """What may be one or the other."""
        first, second = self.value(role, depth), self.value("any" if self.noisy(10) else role, depth)
        form = self.pick(["({0} ?? {1})", "({0} ?: {1})", "({2} ? {0} : {1})", "({0})", "({0} || {1})", "`{0}`"])
        if "`" in first:
            return first
        return form.format(first, second, self.value("flag", depth))

    def access(self, role, depth):
        """An element of something."""
        if self.element == "thing" and self.chance(60):
            return "$$." + next(key for key, held in FIELDS.items() if held == role)
        if OF_ELEMENT.get(self.element) == role and self.chance(60):
            return f"$$[{self.key(self.element, depth)}]"
        if self.chance(10):
            own = self.pick([held for held, inner in OF_ELEMENT.items() if inner == role])
            return f"({self.value(own, depth)})[{self.key(own, depth)}]"
        name = self.pick([name for name, held in ROLES.items() if OF_ELEMENT.get(held) == role] + ["o", "p"])
        if name in "op":
            field = self.pick([key for key, held in FIELDS.items() if held == role])
            return f"$o.{field}" if name == "o" else f"$p[{self.key('things', depth)}].{field}"
        if role == "number" and self.chance(40):
            return self.path(self.pick("deh"), 2, depth)[0]
        if self.chance(25):
            return f"(${name}|{self.pick(TAKING)})"
        return self.path(name, 1, depth)[0]

    def path(self, name, count, depth=1):
        """A place so many steps into a variable, and its role."""
        role, steps = ROLES[name], ""
        for _ in range(count):
            step, role = self.step(role, depth)
            steps += step
        return f"${name}{steps}", role

    def step(self, role, depth):
        """A step into something, and the role of what is there."""
        inner = OF_ELEMENT.get(role, "any")
        if role == "thing":
            field = self.pick([*FIELDS])
            return self.pick([f".{field}", f'["{field}"]']), FIELDS[field]
        if role in ("record", "shelf"):
            return self.pick([".k", ".l", ".m", f"[{self.key(role, depth)}]"]), inner
        if self.chance(5):
            return self.pick([".0", ".1", ".k"]), inner
        return f"[{self.key(role, depth)}]", inner

    def key(self, role, depth):
        if self.noisy(8):
            return self.pick(ANY_KEY)
        if role in ("record", "shelf"):
            return self.pick([*KEYS, "$s"])
        if self.chance(50):
            return self.pick(["0", "1", "0", "1", "-1", "2", "5", "-4"])
        if self.chance(70):
            return self.pick(["$i", "$j", "$i + 1", "$j - 1", "$i % 2", "($i % 3) - 1", "0 - 1"])
        return self.value("number", min(0, depth))

    def number(self, depth):
        if depth < 0 or self.chance(30):
            return self.pick(NUMBERS[:6] if self.chance(60) else NUMBERS)
        if self.chance(45):
            return self.variable("number")
        if self.chance(8):
            return self.pick(GETTING)
        form = self.between(0, 5)
        if form <= 3:
            return f"({self.value('number', depth)} {self.pick(OPERATORS)} {self.value('number', depth)})"
        if form == 4:
            return f"({self.value('numbers', depth)}|{self.pick(SUMMING)})"
        end = self.pick(["to_int", "add:1", "multiply:2", "subtract:1", "modulus:3", "abs", "floor", "divide:2"])
        return f"({self.value('number', depth)}|{end})"

    def amount(self, depth):
        if depth < 0 or self.chance(40):
            return self.pick(AMOUNTS)
        if self.chance(40):
            return self.variable("amount", "number")
        return f"({self.value('amount', depth)} {self.pick(OPERATORS)} {self.value('amount', depth)})"

    def text(self, depth):
        if depth < 0 or self.chance(40):
            return self.pick(TEXTS)
        if self.chance(40):
            return self.variable("text")
        if self.chance(50):
            return f"({self.value('text', depth)} ~ {self.value('any' if self.chance(40) else 'text', depth)})"
        if self.chance(50):
            return f"({self.value('texts', depth)}|{self.pick(JOINING)})"
        return f"({self.value('text', depth)}|{self.pick(CHANGING)})"

    def flag(self, depth):
        if depth < 0 or self.chance(15):
            return self.pick(["true", "false"])
        if self.chance(20):
            return f"({self.value('any', depth)} {self.pick(['&&', '||'])} {self.value('any', depth)})"
        if self.chance(10):
            return self.pick(HAVING)
        if self.chance(10):
            return f"(!{self.value('any', depth)})"
        return f"({self.comparison(depth)})"

    def comparison(self, depth):
        role = self.pick(["number", "number", "text", "amount", "any", "numbers"])
        other = self.value(role if self.chance(70) else "any", depth)
        if self.chance(35):
            other = self.pick(COMPARED)
        sides = [self.value(role, depth), self.pick(COMPARISONS), other]
        return " ".join(sides if self.chance(85) else sides[::-1])

    def numbers(self, depth):
        return self.pick(["(1..3)", "(0..$i % 3)"]) if self.chance(5) else self.list_of("numbers", depth)

    def texts(self, depth):
        if depth > 0 and self.chance(15):
            return self.pick(['("a-b-a"|split:"-")', "($f|keys)", "($s|split:$t)"])
        return self.list_of("texts", depth)

    def table(self, depth):
        return self.list_of("table", depth)

    def things(self, depth):
        return self.list_of("things", depth)

    def thing(self, depth):
        if depth < 0 or self.chance(40):
            return "{" + ", ".join(f"{key}: {self.value(role, depth - 1)}" for key, role in FIELDS.items()) + "}"
        if self.chance(40):
            return self.pick(["$o", "$o", "$p[0]", "($p|first)"])
        base, field = self.value("thing", depth), self.pick([*FIELDS])
        if self.noisy(15):
            return f"({base}|{self.pick(RETHINKING)})"
        return f'({base}|set:"{field}":{self.value(FIELDS[field], depth)})'

    def list_of(self, own, depth):
        role = OF_ELEMENT[own]
        if own in ("numbers", "texts") and depth > 0 and self.chance(8):
            return f"({self.value('things', depth)}|map:$$.{'k' if own == 'numbers' else 's'})"
        if depth < 0 or self.chance(25):
            return "[" + ", ".join(self.value(role, depth - 1) for _ in range(self.between(0, 3))) + "]"
        if self.chance(40):
            return self.variable(own)
        base, form = self.value(own, depth), self.between(0, 5)
        if form == 0:
            return f"[...{base}, {self.value(role, depth)}]"
        if form == 1:
            return f"({base}|{self.pick(['push', 'unshift', 'append', 'prepend'])}:{self.value(role, depth)})"
        if form == 2:
            return f"({base}|merge:{self.value(own, depth)})"
        if form == 3:
            return f"({base}|{self.pick(RESHAPING if self.noisy(15) else REKEEPING)})"
        if form == 4:
            return f"({base}|{self.pick(['map', 'filter'])}:{self.of_element(role, depth)})"
        return f"({base}|set:{self.key(own, depth)}:{self.value(role, depth)})"

    def of_element(self, role, depth):
        """An expression per element."""
        outer, self.element = self.element, role
        made = (
            "$$.k > 1" if role == "thing" and self.chance(30) else self.value("flag" if self.noisy(15) else role, depth)
        )
        self.element = outer
        return made

    def record(self, depth):
        return self.object_of("record", depth)

    def shelf(self, depth):
        return self.object_of("shelf", depth)

    def object_of(self, own, depth):
        role = OF_ELEMENT[own]
        if depth < 0 or self.chance(40):
            keys = "klm"[: self.between(0, 3)]
            return "{" + ", ".join(f"{key}: {self.value(role, depth - 1)}" for key in keys) + "}"
        if self.chance(50):
            return self.variable(own)
        base, form = self.value(own, depth), self.between(0, 2)
        if form == 0:
            return f"({base}|set:{self.key(own, depth)}:{self.value(role, depth)})"
        if form == 1:
            return f"({base}|merge:{self.value(own, depth)})"
        return f"{{...{base}, m: {self.value(role, depth)}}}"

    # ------------------------------------------------------------ statements

    def stack(self, most):
        """Up to so many statements."""
        lines = []
        for _ in range(self.between(1, most)):
            if self.left > 0:
                self.left -= 1
                lines.append(self.statement())
        return "\n".join(lines)

    def statement(self):
        kinds = ["assign"] * 4 + ["alias"] * 3 + ["row"] * 3 + ["place"] * 6 + ["mutate"] * 5 + ["grow"] * 5
        kinds += (
            ["calculate"] * 3
            + ["cell", "swap", "fill", "decide"] * 2
            + ["log"] * 2
            + ["call"] * 2
            + ["append_text", "statement_filter"]
        )
        if self.loops < 2:
            kinds += ["loop"] * 4 + ["branch"] * 3 + ["attempt"] * 3 + ["switch", "apart"]
        if self.loops:
            kinds += ["leave"]
        return getattr(self, self.pick(kinds))()

    def target(self, *roles):
        """A variable for a value of a role."""
        return self.variable(*roles, *(["any"] if self.chance(30) else []))

    def set(self, target, value):
        return f"{self.pick(['var', 'var.update'])} {target} {{ value = {value} }}"

    def assign(self):
        name = self.pick([*ROLES])
        return self.set(f"${name}", self.value(ROLES[name]))

    def alias(self):
        role = self.pick([*ROLES.values()])
        return self.set(self.target(role), self.variable(role))

    def row(self):
        """A captured row."""
        name = self.pick("deh")
        read = [self.path(name, 1)[0], f"(${name}|{self.pick(TAKING[:-1])})", f"${name}|get:{self.key(ROLES[name], 0)}"]
        return self.set(self.target("numbers"), self.pick(read))

    def place(self):
        name = self.pick([name for name, role in ROLES.items() if role in OF_ELEMENT or role in ("any", "thing")])
        count = self.pick([1, 2]) if ROLES[name] in ("table", "shelf", "things") else 1
        if self.noisy(8):
            count = self.pick([1, 2, 3])
        target, inner = self.path(name, count)
        value = self.variable(inner) if self.chance(25) else self.value(inner)
        return f"var.update {target} {{ value = {value} }}"

    def mutate(self):
        name = self.pick([name for name, role in ROLES.items() if role in LISTS])
        target, role = f"${name}", ROLES[name]
        if self.chance(35):
            role = "numbers"
            target = self.pick(["$o.l", "$p[0].l", self.path(self.pick("deh"), 1)[0]])
        if self.chance(5):
            return f"array.merge $f {{ value = {self.value('record')} }}"
        kind, inner = self.pick(["push", "push", "push", "pop", "shift", "unshift", "merge"]), OF_ELEMENT[role]
        if kind in ("pop", "shift"):
            bound = f" as {self.pick([self.target(inner), '$x', '$d[0]', '$f.k'] if self.noisy(15) else ['$x'])}"
            return f"array.{kind} {target}{bound if self.chance(50) else ''}"
        given = self.pick([inner, role]) if kind == "merge" else inner
        value = self.variable(given) if self.chance(30) else self.value(given)
        return f"array.{kind} {target} {{ value = {value} }}"

    def grow(self):
        """An assignment that may be done in place."""
        if self.chance(25):
            name = self.variable("text")
            value = f"{name} ~ " + " ~ ".join(self.value("any", 1) for _ in range(self.between(1, 3)))
            return self.set(name, value)
        name = self.pick([name for name, role in ROLES.items() if role in OF_ELEMENT])
        role = OF_ELEMENT[ROLES[name]]
        if self.chance(10):
            return f'var.update $o {{ value = $o|set:"{self.pick([*FIELDS])}":{self.value("number", 1)} }}'
        first, second = self.value(role, 1), self.value(role, 1)
        if ROLES[name] in ("record", "shelf") or self.chance(25):
            change = f"set:{self.key(ROLES[name], 0)}:{first}"
        else:
            forms = ["push:{}", "append:{}", "merge:[{}]", "merge:[{}, {}]", "push:{}|push:{}", "unshift:{}"]
            change = self.pick(forms).format(first, second)
        return self.set(self.target(ROLES[name]) if self.chance(10) else f"${name}", f"${name}|{change}")

    def calculate(self):
        target = self.pick([self.variable("number", "amount"), self.path(self.pick("abfg"), 1)[0], "$o.k", "$p[0].k"])
        kind = self.pick(["add", "add", "sub", "mul", "div", "mod"])
        return f"math.{kind} {target} {{ value = {self.value('number')} }}"

    def append_text(self):
        target = self.pick([self.variable("text"), "$o.s", "$c[0]", "$p[0].s"])
        return f"text.{self.pick(['append', 'prepend'])} {target} {{ value = {self.value('text')} }}"

    def statement_filter(self):
        source = self.variable("numbers", "table")
        form = self.pick(
            ["array.map ({}) {{ by = [$this] }}", "array.filter ({}) if ($this > 1)",
             "array.find ({}) if ($this && $x)", "array.has ({}) if ($this == 1)", "util.get_vars"]
        )  # fmt: skip
        return f"{form.format(source)} as $x"

    def cell(self):
        """The three statements that change one cell of a table."""
        table, row = self.variable("table"), self.target("numbers")
        at, cell = (self.pick(["$i", "$j", "0", "1", "2"] + ['"k"', "$s"] * self.noise) for _ in range(2))
        taken = self.pick([f"{table}|get:{at}", f"{table}[{at}]"])
        value = self.value("number", 1)
        changed = self.pick([f"{row} {{ value = {row}|set:{cell}:{value} }}", f"{row}[{cell}] {{ value = {value} }}"])
        stored = self.pick([f"{table} {{ value = {table}|set:{at}:{row} }}", f"{table}[{at}] {{ value = {row} }}"])
        return f"var {row} {{ value = {taken} }}\nvar.update {changed}\nvar.update {stored}"

    def decide(self):
        return self.set("$x", self.comparison(2))

    def swap(self):
        """Two elements of a list, which may share what they hold, changed for each other."""
        name = self.pick([name for name, role in ROLES.items() if role in LISTS])
        first, second = (f"${name}[{self.key(ROLES[name], 0)}]" for _ in range(2))
        held = self.target(OF_ELEMENT[ROLES[name]])
        return (
            f"var {held} {{ value = {first} }}\n"
            f"var.update {first} {{ value = {second} }}\nvar.update {second} {{ value = {held} }}"
        )

    def fill(self):
        """A place of a table set to something of the places around it."""
        table = self.variable("table", "shelf")
        places = [f"{table}[{self.key('table', 0)}][{self.key('numbers', 0)}]" for _ in range(3)]
        test = f"{places[1]} {self.pick(COMPARISONS)} {places[2]}"
        chosen = f"{places[1]} {self.pick(OPERATORS)} {self.value('number', 1)}"
        value = self.pick([chosen, f"({test}) ? {places[1]} : {self.value('number', 1)}", places[1]])
        if self.chance(60):
            return f"var.update {places[0]} {{ value = {value} }}"
        return f"conditional {{\nif ({test}) {{\n{self.set(self.target('number'), value)}\n}}\n}}"

    def log(self):
        value = self.variable() if self.chance(70) else self.value("any")
        return f"debug.log {{ value = {value} }}"

    def call(self):
        if not self.in_helper and self.chance(25):
            pairs = [f"{path[-1]}: {self.value(role, 1)}" for role, path in INPUTS.items() if self.chance(90)]
            return f'function.run "helper" {{ input = {{{", ".join(pairs)}}} }} as $x'
        name = self.pick(["grow", "same", "cell", "count_down", "typed"])
        count = self.pick(["3", "2", "$i % 4"])
        given = {
            "count_down": (count, self.value("number", 1), self.target("number", "amount")),
            "typed": (self.value("numbers", 1), self.value("amount", 1), "$x"),
            "cell": (self.variable("table"), self.value("number", 1), "$x"),
            "grow": (self.variable("table"), self.value("numbers", 1), "$x"),
            "same": (self.variable("numbers", "table"), "0", self.target("numbers")),
        }
        first, second, bound = given[name]
        pairs = [f"list: {first}", f"more: {second}"]
        shown = ", ".join(pairs if self.chance(85) else pairs[:1] if self.chance(50) else pairs[::-1])
        return f'function.run "{name}" {{ input = {{{shown}}} }} as {bound}'

    def leave(self):
        ends = ["break", "continue", "break", "continue", f"return {{ value = {self.variable()} }}"]
        return f"conditional {{ if ({self.head()}) {{ {self.pick(ends)} }} }}"

    def head(self):
        if self.chance(60):
            return self.comparison(1)
        if self.chance(50):
            return f"{self.comparison(0)} {self.pick(['&&', '||'])} {self.value('any', 1)}"
        return self.value("any", 1)

    def branch(self):
        made = f"if ({self.head()}) {{\n{self.stack(3)}\n}}"
        if self.chance(30):
            made += f"\nelseif ({self.head()}) {{\n{self.stack(2)}\n}}"
        if self.chance(50):
            made += f"\nelse {{\n{self.stack(3)}\n}}"
        return f"conditional {{\n{made}\n}}"

    def switch(self):
        cases = "\n".join(
            f"case ({self.value('any', 0)}) {{\n{self.stack(2)}\n}}{self.pick([' break', ''])}" for _ in range(2)
        )
        return f"switch ({self.value('any', 1)}) {{\n{cases}\ndefault {{\n{self.stack(1)}\n}}\n}}"

    def apart(self):
        """Statements whose effects are forgotten, or that run at the end."""
        loops, self.loops = self.loops, 0
        made = self.stack(3)
        self.loops = loops
        if self.chance(50):
            return f"util.post_process {{\nstack {{\n{made}\ndebug.log {{ value = {self.variable()} }}\n}}\n}}"
        return f'expect.to_throw {{\nstack {{\n{made}\nthrow {{ name = "n" value = {self.variable()} }}\n}}\n}}'

    def loop(self):
        self.loops += 1
        made = getattr(self, self.pick(["count", "count", "through", "through", "as_long"]))()
        self.loops -= 1
        return made

    def count(self):
        item = self.target("number")
        return f"for ({self.pick(['2', '3', '$i % 3', '($a|count) % 4'])}) {{ each as {item} {{\n{self.stack(4)}\n}} }}"

    def through(self):
        role = self.pick(["numbers", "table", "record", "shelf", "things"])
        source = self.variable(role)
        if role == "numbers" and self.chance(60):
            source = self.pick([self.path(self.pick("deh"), 1)[0], self.value("numbers", 1), "(0..2)", "$o.l"])
        item, body = self.target(OF_ELEMENT[role]), self.stack(4)
        if source[1:] in self.known and self.chance(10):
            body += "\nremove"
        if ROLES.get(source[1:]) in OF_ELEMENT and self.chance(30):
            body += "\n" + self.changed(source)
        return f"foreach ({source}) {{ each as {item} {{\n{body}\n}} }}"

    def changed(self, source):
        """A statement that changes what a loop goes through."""
        role = ROLES[source[1:]]
        value = self.value(OF_ELEMENT[role], 1)
        if role in ("record", "shelf"):
            return f"var.update {source}.k {{ value = {value} }}"
        place = self.path(source[1:], 2 if role == "table" and self.chance(50) else 1, 0)[0]
        return self.pick(
            [f"array.push {source} {{ value = {value} }}\nconditional {{ if (({source}|count) > 6) {{ break }} }}",
             f"array.pop {source}", f"array.shift {source}", f"var.update {place} {{ value = {value} }}",
             self.set(source, "[]")]
        )  # fmt: skip

    def as_long(self):
        self.counters += 1
        name = f"$n{self.counters}"
        further = self.pick([self.value("any", 1), self.comparison(1), f"$a[{name}] != null", f"$d[{name}][0] < 3"])
        test = f"{name} < 3" if self.chance(50) else f"{name} < 3 && {further}"
        return (
            f"var {name} {{ value = 0 }}\nwhile ({test}) {{ each {{\n"
            f"math.add {name} {{ value = 1 }}\n{self.stack(4)}\n}} }}"
        )

    def attempt(self):
        handled = "\n" + self.stack(1) if self.chance(25) else ""
        last = f"\nfinally {{\n{self.stack(1)}\n}}" if self.chance(20) else ""
        raised = self.pick(["", "", '\nthrow { name = "n" value = $x }', "\nprecondition ($i > 1) { error = $s }"])
        return f"try_catch {{\ntry {{\n{self.stack(3)}{raised}\n}}\n{LOGGED[:-1]}{handled}\n}}{last}\n}}"

    # ------------------------------------------------------------ the whole

    def program(self):
        statements = self.body()
        result = ", ".join(f"{name}: ${name}" for name in ROLES)
        text = f"function case {{ input {{}} stack {{\n{statements}\n}}\nresponse = {{{result}}} }}"
        if '"helper"' in statements:
            text += self.helper()
        return text + "".join(callee for name, callee in CALLEES.items() if f'"{name}"' in text)

    def body(self):
        """Variables set to something, and statements, most of them in ``try_catch``."""
        lines = [f"var ${name} {{ value = {self.value(ROLES[name], 0)} }}" for name in self.known]
        while self.left > 0:
            made = self.stack(4)
            lines.append(made if self.chance(25) else f"try_catch {{\ntry {{\n{made}\n}}\n{LOGGED}\n}}")
        return "\n".join(lines)

    def helper(self):
        """A random function with typed inputs."""
        self.in_helper, self.left = True, self.between(1, 6)
        self.known = [name for name in self.known if self.chance(40)]
        declared = "int n?\njson v?\nint[] l?\ndecimal q?\nbool w?"
        result = self.pick([self.variable(), f"[{self.variable()}, {self.variable()}]"])
        return (
            f"\n---\nfunction helper {{\ninput {{\n{declared}\n}}\nstack {{\n{self.body()}\n}}\nresponse = {result} }}"
        )


def program(number):
    """A program as text, the same for a number: a function ``case`` without inputs, and functions that it calls."""
    return Writer(Random(number)).program()


def programs():
    """The programs as a strategy."""
    return st.integers(0, 1 << 32).map(program)
