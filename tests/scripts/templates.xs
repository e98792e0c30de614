//=== output, paths and null
var $user { value = {name: "Ada", items: [1, 2], keys: null} }
util.template_engine {
  value = "{{ $user.name }} {{ $var.user.items[1] }} {{ user.items|length }}{{ $user.nobody.there }}{{ $nothing }}{{ null }}"
} as $r
expect.to_equal ($r) { value = "Ada 2 2" }

//=== if, elseif, else
var $n { value = 2 }
util.template_engine {
  value = "{% if $n == 1 %}one{% elseif $n == 2 %}two{% else %}many{% endif %}"
} as $r
expect.to_equal ($r) { value = "two" }

//=== for goes through values, or keys and values
var $prices { value = {a: 1, b: 2} }
util.template_engine {
  value = "{% for p in $prices %}{{ p }};{% endfor %}{% for k, p in $prices %}{{ loop.index }}{{ k }}={{ p }};{% endfor %}"
} as $r
util.template_engine { value = "{% for n in $none %}{{ n }}{% else %}empty{% endfor %}" } as $s
expect.to_equal ([$r, $s]) { value = ["1;2;1a=1;2b=2;", "empty"] }

//=== set, arithmetic and joined texts
util.template_engine { value = "{% set x = 2 * 3 %}{{ x + 1 }} {{ 'a' ~ x }}" } as $r
expect.to_equal ($r) { value = "7 a6" }

//=== filters take their arguments in parentheses
var $list { value = ["b", "a"] }
util.template_engine { value = "{{ $list|join(', ') }} {{ 'x'|pad_start(3, '-') }} {{ $none|default('?') }}" } as $r
expect.to_equal ($r) { value = "b, a --x ?" }

//=== dollars in texts stay, and nothing is escaped
var $html { value = "<b>" }
util.template_engine { value = "$5 {{ '$html' }} {{ $html }} {{ $html|raw }} {# $gone #}" } as $r
expect.to_equal ($r) { value = "$5 $html <b> <b> " }

//=== escaping for the place where a text stands
var $t { value = "<a b=\"é\">/1" }
util.template_engine { value = "{{ $t|e }} {{ $t|e('html_attr') }} {{ $t|escape('js') }}" } as $r
expect.to_equal ($r) {
  value = "&lt;a b=&quot;é&quot;&gt;/1 &lt;a&#x20;b&#x3D;&quot;&#xE9;&quot;&gt;&#x2F;1 \\u003Ca\\u0020b\\u003D\\u0022\\u00E9\\u0022\\u003E\\/1"
}
util.template_engine { value = "{{ $t|e('url') }} {{ $t|e('css') }}" } as $r
expect.to_equal ($r) { value = "%3Ca%20b%3D%22%C3%A9%22%3E%2F1 \\3C a\\20 b\\3D \\22 \\E9 \\22 \\3E \\2F 1" }
//=== inputs
function.run "greet" { input = {name: "Bob"} } as $r
expect.to_equal ($r) { value = "Hi Bob" }

---
function greet {
  input { text name }
  stack {
    util.template_engine { value = "Hi {{ $input.name }}" } as $text
  }
  response = $text
}

//=== nothing of Python can be reached
var $x { value = "a" }
util.template_engine { value = "{{ $x.__class__ }}{{ ''.join }}{{ $x.upper }}{{ loop }}" } as $r
expect.to_equal ($r) { value = "" }
foreach (["{{ ''.format() }}", "{% include 'x' %}", "{{ 2 ** 9 }}", "{{ 'a' * 9 }}", "{% if %}", "{{ 1|nosuch }}"]) {
  each as $template {
    try_catch {
      try { util.template_engine { value = $template } as $r }
      catch { var $r { value = "refused" } }
    }
    expect.to_equal ($r) { value = "refused" }
  }
}

//=== a fault in a template
try_catch {
  try { util.template_engine { value = "{% if %}" } as $r }
  catch { var $r { value = [$error.code, ($error.message|starts_with:"Template error: ")] } }
}
expect.to_equal ($r) { value = ["ERROR_FATAL", true] }
