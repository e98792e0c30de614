"""Random programs as text, for differential tests: many kinds of sharing, updating and mixing of types.

Every variable has a role that most of what is put into it keeps to, so that the compiler finds types;
now and then something else comes, so that it must not trust them too far.
"""

from hypothesis import strategies as st

NUMBERS = (
    "0", "1", "2", "3", "7", "-1", "-2", "16777215", "16777216", "4294967296", "1152921504606846975",
    "1152921504606846976", "9223372036854775807", "-9223372036854775808", "9223372036854775806",
)  # fmt: skip
DECIMALS = ("0.5", "2.0", "-1.25", "1000000.1", "9007199254740993.0", "0.1", "9223372036854775808")
TEXTS = ('""', '"0"', '"1"', '"01"', '"abc"', '"a"', '"1e1"', '" 2"', '"1.0"', '"true"', '"k"', '"null"', '"-1"')
KEYS = ("k", "l", "m", "n0")
OPERATORS = ("+", "-", "*", "/", "%")
TAKING = ("first", "last", "get:0", "get:1", "get:-1", 'get:"k"')
JOINING = ('join:"-"', "first", "last")
CHANGING = ("to_upper", "trim", 'concat:"z"', "substr:0:1", "to_text")
COMPARISONS = ("==", "!=", "===", "!==", "<", "<=", ">", ">=")
ROLES = {
    "a": "numbers", "b": "numbers", "c": "texts", "d": "table", "e": "table", "f": "record", "g": "record",
    "h": "shelf", "i": "number", "j": "number", "s": "text", "t": "text", "u": "amount", "x": "any", "y": "any",
    "r": "numbers",
}  # fmt: skip
"""Variables by name. A table is a list of lists, a record an object of numbers, a shelf an object of lists."""
OF_ELEMENT = {"numbers": "number", "texts": "text", "table": "numbers", "record": "number", "shelf": "numbers"}
LISTS = ("numbers", "texts", "table")
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
}
"""Functions that programs call, by name."""


class Writer:
    """Draws one program."""

    def __init__(self, draw):
        self.draw = draw
        self.left = draw(st.integers(6, 25))
        """Statements that may still be written."""
        self.known = [name for name in ROLES if not self.chance(1)]
        """Variables that are set at the beginning."""
        self.noise = draw(st.sampled_from([0, 1, 3]))
        """How often something comes that does not keep to the roles."""
        self.loops = 0
        self.counters = 0
        self.element = ""
        """The role of ``$$``, ``""`` outside element expressions."""

    def chance(self, percent):
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def noisy(self, percent):
        return self.chance(percent * self.noise)

    def pick(self, options):
        return self.draw(st.sampled_from(options))

    # ------------------------------------------------------------ expressions

    def variable(self, *roles):
        """A variable of a role, now and then of any."""
        fitting = [name for name, role in ROLES.items() if not roles or role in roles]
        return "$" + self.pick(fitting if fitting and not self.noisy(2) else [*ROLES])

    def value(self, role, depth=2):
        """An expression of a role, in parentheses where it needs them."""
        if self.noisy(2):
            role = self.pick(["any", "number", "text", "numbers", "record", "table"])
        if role == "any":
            if self.chance(25):
                return self.pick(["null", "true", "false", "[]", "{}"])
            role = self.pick(["number", "amount", "text", "flag", "numbers", "texts", "table", "record", "shelf"])
        if self.element and self.chance(60 if self.element == role else 10):
            return "$$"
        if depth > 0 and self.chance(12):
            return self.mixed(role, depth - 1)
        if role in OF_ELEMENT or depth <= 0 or self.chance(70):
            return getattr(self, role)(depth - 1)
        return self.access(role, depth - 1)

    def mixed(self, role, depth):
        """What may be one or the other."""
        first, second = self.value(role, depth), self.value(role if not self.noisy(10) else "any", depth)
        form = self.pick(["({0} ?? {1})", "({0} ?: {1})", "({2} ? {0} : {1})", "({0})", "({0} || {1})"])
        if "`" not in first and self.chance(10):
            form = "`{0}`"
        return form.format(first, second, self.value("flag", depth))

    def access(self, role, depth):
        """An element of something."""
        holders = [name for name, held in ROLES.items() if OF_ELEMENT.get(held) == role] or [*ROLES]
        base = "$" + self.pick(holders)
        path = f"{base}{self.step(depth)}"
        if self.chance(30):
            path = f"{self.variable('table', 'shelf')}{self.step(depth)}{self.step(depth)}"
        if self.chance(25):
            path = f"({base}|{self.pick(TAKING)})"
        return path

    def step(self, depth=1):
        if self.chance(12):
            return self.pick([f".{key}" for key in KEYS] + [".0", ".1"])
        return f"[{self.index(depth)}]"

    def index(self, depth=1):
        if self.chance(45):
            return self.pick(["0", "1", "-1", "2", "5", "-4"])
        if self.chance(30):
            return self.pick(['"k"', '"l"', '"0"', '"1"', "null", "true", "1.5", '"-1"', "$s", "$x"])
        if self.chance(50):
            return self.pick(["$i", "$j", "$i + 1", "$j - 1", "$i % 2", "($i % 3) - 1"])
        return self.value("number", depth - 1)

    def number(self, depth):
        if depth < 0 or self.chance(30):
            return self.pick(NUMBERS)
        if self.chance(45):
            return self.variable("number")
        form = self.draw(st.integers(0, 6))
        if form <= 3:
            left, right = self.value("number", depth), self.value("number", depth)
            return f"({left} {self.pick(OPERATORS)} {right})"
        if form == 4:
            return f"({self.value(self.pick(LISTS), depth)}|count)"
        if form == 5:
            end = self.pick(
                ["sum", "first", "last", "max", "find:$$ > 1", "findIndex:$$ == 2", "reduce:$$ + $result:0"]
            )
            return f"({self.value('numbers', depth)}|{end})"
        end = self.pick(["to_int", "add:1", "multiply:2", "subtract:1", "modulus:3", "abs", "floor", "divide:2"])
        return f"({self.value('number', depth)}|{end})"

    def amount(self, depth):
        if depth < 0 or self.chance(40):
            return self.pick([*DECIMALS, '"5"', '" 2"', '"1.5"', '"1e3"', '"1e999"'])
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
            return f"(!{self.value('any', depth)})"
        return f"({self.comparison(depth)})"

    def comparison(self, depth):
        role = self.pick(["number", "number", "text", "amount", "any", "numbers"])
        other = self.value(role if self.chance(60) else "any", depth)
        if self.chance(35):
            other = self.pick(['""', '"0"', '"1"', '"abc"', "null", "true", "false", "0", "[]"])
        sides = [self.value(role, depth), self.pick(COMPARISONS), other]
        return " ".join(sides if self.chance(85) else sides[::-1])

    def numbers(self, depth):
        return self.list_of("number", depth)

    def texts(self, depth):
        if depth > 0 and self.chance(15):
            return self.pick(['("a-b-a"|split:"-")', "($f|keys)", "($s|split:$t)"])
        return self.list_of("text", depth)

    def table(self, depth):
        return self.list_of("numbers", depth)

    def list_of(self, role, depth):
        own = next(name for name, element in OF_ELEMENT.items() if element == role and name in LISTS)
        if depth < 0 or self.chance(25):
            return "[" + ", ".join(self.value(role, depth - 1) for _ in range(self.draw(st.integers(0, 3)))) + "]"
        if self.chance(40):
            return self.variable(own)
        base, form = self.value(own, depth), self.draw(st.integers(0, 6))
        if form == 0:
            return f"[...{base}, {self.value(role, depth)}]"
        if form == 1:
            return f"({base}|{self.pick(['push', 'unshift', 'append', 'prepend'])}:{self.value(role, depth)})"
        if form == 2:
            return f"({base}|merge:{self.value(own, depth)})"
        if form == 3:
            plain = self.pick(
                ["reverse", "slice:0:2", "slice:1", "unique", "values", "filter:$$", "map:$$", "safe_array"]
            )
            return f"({base}|{plain})"
        if form == 4:
            return f"({base}|{self.pick(['map', 'filter'])}:{self.of_element(role, depth)})"
        if form == 5:
            return f"({base}|set:{self.index(depth)}:{self.value(role, depth)})"
        return self.pick(
            ["(1..3)", "(0..$i % 3)", f"({base}|transform:$$)", f"({base}|sort)", f"({base}|transform:[$$])"]
        )

    def of_element(self, role, depth):
        """An expression per element."""
        outer, self.element = self.element, role
        made = self.value(role if self.chance(60) else "flag", depth)
        if self.chance(15):
            made = self.pick(["$index", "($$ ~ $index)", "($parent|count)", "[$$]", "{k: $$}", "($$[0] ?? $$)", "$x"])
        self.element = outer
        return made

    def record(self, depth):
        return self.object_of("number", "record", depth)

    def shelf(self, depth):
        return self.object_of("numbers", "shelf", depth)

    def object_of(self, role, own, depth):
        if depth < 0 or self.chance(40):
            keys = KEYS[: self.draw(st.integers(0, 3))]
            return "{" + ", ".join(f"{key}: {self.value(role, depth - 1)}" for key in keys) + "}"
        if self.chance(50):
            return self.variable(own)
        base, form = self.value(own, depth), self.draw(st.integers(0, 2))
        if form == 0:
            key = self.pick(['"k"', '"l"', '"k.l"', "$s", "0", '"0"', '"[0]"', "$x"])
            return f"({base}|set:{key}:{self.value(role, depth)})"
        if form == 1:
            return f"({base}|merge:{self.value(own, depth)})"
        return f"{{...{base}, m: {self.value(role, depth)}}}"

    # ------------------------------------------------------------ statements

    def stack(self, most):
        """Up to so many statements."""
        lines = []
        for _ in range(self.draw(st.integers(1, most))):
            if self.left > 0:
                self.left -= 1
                lines.append(self.statement())
        return "\n".join(lines)

    def statement(self):
        kinds = ["assign"] * 4 + ["alias"] * 3 + ["row"] * 3 + ["place"] * 6 + ["mutate"] * 5 + ["grow"] * 4
        kinds += ["calculate"] * 3 + ["cell"] * 2 + ["log"] * 2 + ["call"] * 2 + ["append_text", "statement_filter"]
        if self.loops < 2:
            kinds += ["loop"] * 4 + ["branch"] * 3 + ["attempt"] * 3 + ["switch"]
        if self.loops:
            kinds += ["leave"]
        return getattr(self, self.pick(kinds))()

    def set(self, target, value):
        return f"{self.pick(['var', 'var.update'])} {target} {{ value = {value} }}"

    def assign(self):
        name = self.pick([*ROLES])
        return self.set(f"${name}", self.value(ROLES[name]))

    def alias(self):
        name = self.pick([*ROLES])
        return self.set(f"${name}", self.variable(ROLES[name] if self.chance(80) else "any"))

    def row(self):
        """A captured row."""
        holder = self.variable("table", "shelf")
        read = self.pick(
            [f"{holder}{self.step()}", f"({holder}|first)", f"{holder}|get:{self.index()}", f"{holder}[$i]"]
        )
        return self.set(self.pick(["$r", "$a", "$b", "$x"]), read)

    def place(self):
        holder = self.variable("table", "numbers", "record", "shelf", "any")
        steps = "".join(self.step() for _ in range(self.pick([1, 1, 2, 2, 2, 3])))
        value = self.value(self.pick(["number", "number", "numbers", "text", "any"]))
        if self.chance(15):
            value = self.variable()
        return f"var.update {holder}{steps} {{ value = {value} }}"

    def mutate(self):
        target = self.variable("numbers", "table", "texts")
        if self.chance(35):
            target = f"{self.variable('table', 'shelf')}{self.step()}"
        kind = self.pick(["push", "push", "push", "pop", "shift", "unshift", "merge"])
        bound = f" as {self.pick(['$x', '$i', '$r', '$y', '$d[0]', '$f.k'])}" if self.chance(30) else ""
        if kind in ("pop", "shift"):
            return f"array.{kind} {target}{bound}"
        role = self.pick(["number", "number", "numbers", "text", "any"])
        value = self.variable() if self.chance(30) else self.value(role)
        return f"array.{kind} {target} {{ value = {value} }}{bound if self.chance(20) else ''}"

    def grow(self):
        """An assignment that may be done in place."""
        if self.chance(25):
            name = self.variable("text")
            value = f"{name} ~ " + " ~ ".join(self.value("any", 1) for _ in range(self.draw(st.integers(1, 3))))
        elif self.chance(25):
            name = self.variable("record", "shelf", "numbers", "table")
            value = f"{name}|set:{self.index(0)}:{self.value('any', 1)}"
        else:
            name = self.variable("numbers", "texts", "table")
            role = OF_ELEMENT.get(ROLES.get(name[1:], ""), "any")
            forms = [
                "push:{}",
                "append:{}",
                "merge:[{}]",
                "merge:[{}, 1]",
                "push:{}|push:2",
                "unshift:{}",
                "push:1|push:{}",
            ]
            value = f"{name}|{self.pick(forms).format(self.value(role, 1))}"
        target = name if self.chance(90) else self.variable()
        return self.set(target, value)

    def calculate(self):
        target = self.variable("number", "amount")
        if self.chance(25):
            target = f"{self.variable('record', 'numbers')}{self.step()}"
        return f"math.{self.pick(['add', 'add', 'sub', 'mul', 'div', 'mod'])} {target} {{ value = {self.value('number')} }}"

    def append_text(self):
        return f"text.{self.pick(['append', 'prepend'])} {self.variable('text')} {{ value = {self.value('text')} }}"

    def statement_filter(self):
        source, target = self.variable("numbers", "table"), self.pick(["$a", "$d", "$x"])
        form = self.pick(["map ({}) {{ by = [$this] }}", "filter ({}) if ($this > 1)", "find ({}) if ($this)"])
        return f"array.{form.format(source)} as {target}"

    def cell(self):
        """The three statements that change one cell of a table."""
        table, row = self.variable("table"), self.pick(["$r", "$a", "$x"])
        at, cell = self.pick(["$i", "$j", "0", "1", "2", '"k"']), self.pick(["$i", "$j", "0", "1", "3", '"k"', "$s"])
        taken = self.pick([f"{table}|get:{at}", f"{table}[{at}]"])
        value = self.value(self.pick(["number", "number", "any"]), 1)
        changed = self.pick([f"{row} {{ value = {row}|set:{cell}:{value} }}", f"{row}[{cell}] {{ value = {value} }}"])
        stored = self.pick([f"{table} {{ value = {table}|set:{at}:{row} }}", f"{table}[{at}] {{ value = {row} }}"])
        return f"var {row} {{ value = {taken} }}\nvar.update {changed}\nvar.update {stored}"

    def log(self):
        value = self.variable() if self.chance(70) else self.value("any")
        return f"debug.log {{ value = {value} }}"

    def call(self):
        if self.chance(25):
            count = self.pick(["3", "2", "$i % 4"])
            given = f'"count_down" {{ input = {{list: {count}, more: {self.value("number", 1)}}} }}'
            return f"function.run {given} as {self.pick(['$i', '$j', '$u'])}"
        name = self.pick(["grow", "same", "cell"])
        given = f"{{list: {self.variable('numbers', 'table')}, more: {self.value('any', 1)}}}"
        return f'function.run "{name}" {{ input = {given} }} as {self.pick(["$a", "$d", "$x", "$r"])}'

    def leave(self):
        return f"conditional {{ if ({self.head()}) {{ {self.pick(['break', 'continue'])} }} }}"

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

    def loop(self):
        self.loops += 1
        made = getattr(self, self.pick(["count", "count", "through", "through", "as_long"]))()
        self.loops -= 1
        return made

    def count(self):
        item = self.pick(["$i", "$j", "$i", "$x"])
        return f"for ({self.pick(['2', '3', '$i % 3', '($a|count) % 4'])}) {{ each as {item} {{\n{self.stack(4)}\n}} }}"

    def through(self):
        source = self.pick(
            [self.variable("numbers"), self.variable("table"), self.variable("record", "shelf"), self.value("numbers", 1),
             f"{self.variable('table', 'shelf')}{self.step()}", "(0..2)"]
        )  # fmt: skip
        item = self.pick(["$i", "$r", "$x", "$b"])
        body = self.stack(4)
        if source[1:] in self.known and self.chance(10):
            body += "\nremove"
        return f"foreach ({source}) {{ each as {item} {{\n{body}\n}} }}"

    def as_long(self):
        self.counters += 1
        name = f"$n{self.counters}"
        test = f"{name} < 3" if self.chance(60) else f"{name} < 3 && {self.value('any', 1)}"
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
        setup = "\n".join(f"var ${name} {{ value = {self.value(ROLES[name], 0)} }}" for name in self.known)
        body = []
        while self.left > 0:
            made = self.stack(4)
            body.append(made if self.chance(25) else f"try_catch {{\ntry {{\n{made}\n}}\n{LOGGED}\n}}")
        result = ", ".join(f"{name}: ${name}" for name in ROLES)
        statements = "\n".join([setup, *body])
        called = "".join(text for name, text in CALLEES.items() if f'"{name}"' in statements)
        return f"function case {{ input {{}} stack {{\n{statements}\n}}\nresponse = {{{result}}} }}{called}"


@st.composite
def programs(draw):
    """A program as text: a function ``case`` without inputs, and functions that it calls."""
    return Writer(draw).program()
