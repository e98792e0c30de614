//=== blanks and indentation
function   "a"{
input{
text   name   ?
	  int[1:5]   ?   sizes ? = 5   filters = min:1 | max:9
   text  code filters=pattern:"a | b" | trim
   enum color ?= red { values = ["red"] }
      object address { schema { text street
        text city } }
}
      stack{
  var $x{value=1}
  	var   $y   { value   =   $x+2*-3-( $x )   }
   debug.log {value=$x.a . b [ 0 ] ["k"] . 1}
}
    response=$y }
//--- becomes
function "a" {
  input {
    text name?
    int[1:5]? sizes?=5 filters=min:1|max:9
    text code filters=pattern:"a | b" | trim
    enum color?=red { values = ["red"] }
    object address {
      schema {
        text street
        text city
      }
    }
  }
  stack {
    var $x { value = 1 }
    var $y { value = $x + 2 * -3 - ($x) }
    debug.log { value = $x.a.b[0]["k"].1 }
  }
  response = $y
}
//=== names and methods of a query
query   users/{id}/notes   verb  =  GET {
  input {}
  stack {
  }
  response = null
}
//--- becomes
query users/{id}/notes verb=GET {
  input {
  }
  stack {
  }
  response = null
}
//=== blank lines: one at most, none at the edges
function a {


  description = "x"



  input {

    text a


    text b

  }
  stack {

    // first


    // second
    var $x { value = 1 }


  }


}


//--- becomes
function a {
  description = "x"

  input {
    text a

    text b
  }
  stack {
    // first

    // second
    var $x { value = 1 }
  }
}
//=== several documents
workspace x


---


function a {
  stack { }
}
---
// only a comment
---

---
function b {
}
//--- becomes
workspace x
---
function a {
  stack {
  }
}
---
// only a comment
---
function b {
}
//=== texts keep their bytes
function a {
  stack {
          var $a { value = "tab	and \n and \q and 'x'" }
          var $b { value = 'it\'s' ~ 'a"b' }
          var $c { value = """
            line one
              line two	with a tab   

            """|trim }
          util.template_engine { value = """
  {{ $x }}
  """
            } as $d
          var $e { value = `$a   +   1` + ```
             $a
               |first
             ``` }
          var $f { value = ```
            {
              a:  1
              b: [
                1
                2 ]
            }
            ``` }
  }
}
//--- becomes
function a {
  stack {
    var $a { value = "tab	and \n and \q and 'x'" }
    var $b { value = 'it\'s' ~ 'a"b' }
    var $c {
      value = """
            line one
              line two	with a tab   

            """|trim
    }
    util.template_engine {
      value = """
  {{ $x }}
  """
    } as $d
    var $e {
      value = `$a   +   1` + ```
             $a
               |first
             ```
    }
    var $f {
      value = ```
            {
              a:  1
              b: [
                1
                2 ]
            }
            ```
    }
  }
}
//=== objects and lists stay broken or on one line, as they were
function a {
  stack {
    var $a { value = { a : 1 , "b c":[ 1,2 , 3, ], ...$x, !d: {} } }
    var $b {
      value = { a : 1,
        "b":   2, c: [
        1, 2 ]
      }
    }
    var $c { value = [ { a: 1 }, { a: 2
      b: 3 } ] }
    var $d { value = [
      "one"
      "two",
      "three", ] }
    var $e { value = {} ~ [
      ] }
    var $f { value = [
      1, 2, 3,
      4, 5, 6 ] }
    var $g { value = {
      a: "z", b: "y",
      c: "x" } }
    var $h { value = [1, |uuid,
      |now] }
  }
}
//--- becomes
function a {
  stack {
    var $a { value = {a: 1, "b c": [1, 2, 3], ...$x, !d: {}} }
    var $b {
      value = {
        a: 1
        "b": 2
        c: [
          1, 2
        ]
      }
    }
    var $c {
      value = [
        {a: 1}
        {
          a: 2
          b: 3
        }
      ]
    }
    var $d {
      value = [
        "one"
        "two"
        "three"
      ]
    }
    var $e { value = {} ~ [] }
    var $f {
      value = [
        1, 2, 3,
        4, 5, 6
      ]
    }
    var $g {
      value = {
        a: "z", b: "y",
        c: "x"
      }
    }
    var $h {
      value = [
        1,
        |uuid,
        |now
      ]
    }
  }
}
//=== what is too long breaks
function a {
  stack {
    var $a { value = "a text that is so long that the whole statement does not fit on a line of one hundred" }
    var $b { value = {title: $input.title, service: {id: $input.service_id, type: "service_reference"}, urgency: $input.urgency} }
    var $c { value = [111111111, 222222222, 333333333, 444444444, 555555555, 666666666, 777777777, 888888888, 999999999] }
    var $d { value = $input.a_long_name|trim|to_lower|replace:"a_long_text":"another_text"|substr:0:100|capitalize }
    var $e { value = $incident|set:"body":{type: "incident_body", details: $input.description, more: $input.more_of_it} }
    conditional {
      if ($input.first_condition == "a value" && $input.second_condition == "a value" && $input.third_condition) {
      }
    }
  }
}
//--- becomes
function a {
  stack {
    var $a {
      value = "a text that is so long that the whole statement does not fit on a line of one hundred"
    }
    var $b {
      value = {
        title: $input.title
        service: {id: $input.service_id, type: "service_reference"}
        urgency: $input.urgency
      }
    }
    var $c {
      value = [
        111111111, 222222222, 333333333, 444444444, 555555555, 666666666, 777777777, 888888888,
        999999999
      ]
    }
    var $d {
      value = $input.a_long_name
        |trim
        |to_lower
        |replace:"a_long_text":"another_text"
        |substr:0:100
        |capitalize
    }
    var $e {
      value = $incident|set:"body":{
        type: "incident_body"
        details: $input.description
        more: $input.more_of_it
      }
    }
    conditional {
      if ($input.first_condition == "a value" && $input.second_condition == "a value" && $input.third_condition) {
      }
    }
  }
}
//=== chains of filters break before each filter, or before none
function a {
  stack {
    var $a { value = $x |trim  |  to_lower:1 : 2 }
    var $b { value = $x
      |set:"a":1|set:"b":{c: 1,
      d: 2} }
    var $c { value = ($x|count
       |first) }
    var $d { value = $x|map:($$.a ~ "x")|!sort|filter:$$ > 1 && $$ < -2 }
    var $e { value = $x ~ $y|first
      |last }
  }
}
//--- becomes
function a {
  stack {
    var $a { value = $x|trim|to_lower:1:2 }
    var $b {
      value = $x
        |set:"a":1
        |set:"b":{
          c: 1
          d: 2
        }
    }
    var $c {
      value = ($x
        |count
        |first)
    }
    var $d { value = $x|map:($$.a ~ "x")|!sort|filter:$$ > 1 && $$ < -2 }
    var $e { value = $x ~ $y|first|last }
  }
}
//=== lines that the author broke in a condition stay broken when they do not fit on one
function a {
  stack {
    conditional {
      if (
        $a == 1 &&
              $b == 2
      ) {
        return { value = 1 }
      } elseif ($input.first_condition == "a value" && $input.second_condition == "a value"
        && $input.third_condition == "a value") { return { value = 2 } } else { return { value = 3 } }
    }
    var $x { value = $a
      ? 1
      : 2 }
  }
}
//--- becomes
function a {
  stack {
    conditional {
      if ($a == 1 && $b == 2) {
        return { value = 1 }
      }
      elseif ($input.first_condition == "a value" && $input.second_condition == "a value"
        && $input.third_condition == "a value") {
        return { value = 2 }
      }
      else {
        return { value = 3 }
      }
    }
    var $x { value = $a ? 1 : 2 }
  }
}
//=== control statements
function a {
  stack {
    foreach($list){ each as $item{ break } }
    for(10){each as $i{ continue }}
    while(true){
      each { foreach.remove }
    }
    switch ($x) { case ("a") { return {value = 1} } break
      case ("b") { }
      break
      // what remains
      default { } }
    try_catch { try { throw { name = "a", value = "b" } } catch { debug.log { value = $error.message } } finally { } }
    !var $off { value = 1 }
    ! debug.log { value = 2 }
    precondition($x!=null){ error_type = "notfound" error = "gone" }
    function.run "b"   as  $r
    db.query t { where = $db.t.a ==?   $x && $db.t.b   not in [1] } as $rows |first
    group { stack { } }
  }
}
//--- becomes
function a {
  stack {
    foreach ($list) {
      each as $item {
        break
      }
    }
    for (10) {
      each as $i {
        continue
      }
    }
    while (true) {
      each {
        foreach.remove
      }
    }
    switch ($x) {
      case ("a") {
        return { value = 1 }
      } break
      case ("b") {
      } break
      // what remains
      default {
      }
    }
    try_catch {
      try {
        throw {
          name = "a"
          value = "b"
        }
      }
      catch {
        debug.log { value = $error.message }
      }
      finally {
      }
    }
    !var $off { value = 1 }
    !debug.log { value = 2 }
    precondition ($x != null) {
      error_type = "notfound"
      error = "gone"
    }
    function.run "b" as $r
    db.query t { where = $db.t.a ==? $x && $db.t.b not in [1] } as $rows|first
    group {
      stack {
      }
    }
  }
}
//=== signs, ranges, casts and conditions in values
function a {
  stack {
    var $a { value = ! $x && !!$y || - $z < -1 }
    var $b { value = (1 .. $n)|map:$$ -1 }
    var $c { value = $x?1:$y ? -2 : !int   "3" }
    var $d { value = $a ? ($b|get:"k" : 1) : $c??"none" }
    var $e { value = $x.["a b"].$y ~ $env.$http_headers.X-Shop-Domain }
    var $f { value = 1 .0 }
    ! text "x" { value = 1 }
  }
}
//--- becomes
function a {
  stack {
    var $a { value = !$x && !!$y || -$z < -1 }
    var $b { value = (1..$n)|map:$$ - 1 }
    var $c { value = $x ? 1 : $y ? -2 : !int "3" }
    var $d { value = $a ? ($b|get:"k":1) : $c ?? "none" }
    var $e { value = $x.["a b"].$y ~ $env.$http_headers.X-Shop-Domain }
    var $f { value = 1 .0 }
    ! text "x" { value = 1 }
  }
}
//=== a task
task a {
  schedule = [{starts_on:2025-01-01 00:00:00+0000,freq:3600}]
  stack {}
}
//--- becomes
task a {
  schedule = [{starts_on: 2025-01-01 00:00:00+0000, freq: 3600}]
  stack {
  }
}
//=== nothing
//--- becomes
