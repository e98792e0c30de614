// Runs one after another, on one table.
workflow_test "what is open is logged once" {
  stack {
    function.run log_incidents {
      input = {}
    } as $first
    function.run log_incidents {
      input = {}
    } as $second
    expect.to_equal ($first.counts) { value = [{status: "triggered", incidents: 1}] }
    expect.to_equal ($second.counts) { value = [{status: "triggered", incidents: 1}] }
    expect.to_equal ($second.log.items|map:$$.id) { value = [1] }
  }
}
---
workflow_test "what is not open any more is resolved" {
  stack {
    db.add incident {
      data = {
        key: "P1"
        title: "Slow"
        status: "acknowledged"
        urgency: "high"
        source: "pagerduty"
      }
    } as $old
    db.add incident {
      data = {
        key: "disk"
        title: "Disk full"
        status: "triggered"
        urgency: "high"
        source: "input"
      }
    } as $given
    function.run log_incidents {
      input = {}
    } as $found
    expect.to_equal ($found.log.items|map:[$$.key, $$.status]) {
      value = [["P2", "triggered"], ["disk", "triggered"], ["P1", "resolved"]]
    }
  }
}
---
workflow_test "one that is none stores nothing" {
  stack {
    expect.to_throw {
      stack {
        function.run log_incidents {
          input = {incidents: [{key: "a", title: "A"}, {key: "b"}]}
        }
      }
    }
    db.query incident {
      return = {type: "count"}
    } as $count
    expect.to_equal ($count) { value = 0 }
  }
}
---
workflow_test "a key that is there is changed" {
  stack {
    function.run log_incidents {
      input = {from_pagerduty: false, incidents: [{key: "a", title: "A"}]}
    }
    function.run log_incidents {
      input = {
        from_pagerduty: false
        incidents: [{key: "a", title: "A", status: "resolved", urgency: "low"}]
      }
    } as $second
    expect.to_equal ($second.log.items|map:[$$.id, $$.status, $$.urgency]) {
      value = [[1, "resolved", "low"]]
    }
  }
}
