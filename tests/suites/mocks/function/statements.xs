// Statements of every kind, and what a mock does to each.
function statements {
  input {
  }
  stack {
    var $a {
      value = 1
      mock = {"all": "text instead of a number"}
    }
    var $o {
      value = {x: 1}
    }
    var.update $o.x {
      value = 2
      mock = {"all": {y: 3}}
    }
    var $list {
      value = [1, 2]
    }
    array.push $list {
      value = 3
      mock = {"all": ["mocked"]}
    }
    var $n {
      value = 1
    }
    math.add $n {
      value = 1
      mock { "all": 40 }
    }
    array.pop $list {
      mock = {"all": "popped"}
    } as $popped
    text.trim $a {
      mock {
        "all" = "trimmed"
        !"return" = "off"
      }
    }
    array.map ([1, 2]) {
      by = $this + 1
      mock = {"all": [7]}
    } as $mapped|first
    conditional {
      if (true) {
        var $branch {
          value = "ran"
        }
      }
      mock = {"all": null}
    }
    foreach ([1, 2]) {
      each as $each {
        var.update $n {
          value = $n + $each
        }
      }
      mock = {"all": null}
    }
    group {
      stack {
        throw {
          name = "Grouped"
          value = "never in a test"
        }
      }
      mock = {"all": null, "return": null}
    }
    throw {
      name = "Alone"
      value = "never in a test"
      mock = {"all": null, "return": null}
    }
    precondition ($n > 1000) {
      mock = {"all": null, "return": null}
    }
    return {
      value = "returned"
      mock = {"all": null, !"return": null}
    }
  }
  response = {
    a: $a
    o: $o
    list: $list
    n: $n
    popped: $popped
    mapped: $mapped
    branch: `$branch ?? "skipped"`
  }
  test "all" {
    expect.to_equal ($response) {
      value = {
        a: "trimmed"
        o: {x: {y: 3}}
        list: ["mocked"]
        n: 40
        popped: "popped"
        mapped: 7
        branch: "skipped"
      }
    }
  }
  test "return" {
    expect.to_equal ($response) { value = "returned" }
  }
  test "none" {
    expect.to_throw { value = "Grouped" }
  }
}
