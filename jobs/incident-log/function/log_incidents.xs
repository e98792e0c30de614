// Keeps a log of incidents: those that are given and those that are open at PagerDuty. Gives back a page of it.
function log_incidents {
  description = "Log incidents from the input and from PagerDuty, and show a page of the log"
  input {
    json incidents?=[] {
      description = "Incidents to log: a list of {key, title, status, urgency}; a key that is there is changed"
    }
    bool from_pagerduty?=true {
      description = "Log what is open at PagerDuty, and resolve what is not open any more"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
    enum status? {
      description = "Show incidents of this status only"
      values = ["triggered", "acknowledged", "resolved"]
    }
    text search? filters=trim {
      description = "Show incidents only whose title holds this, in any case"
    }
    int page?=1 filters=min:1
    int per_page?=25 filters=min:1|max:100
  }
  stack {
    var $open {
      value = []
    }
    // What may fail comes first: nothing is stored then.
    conditional {
      if ($input.from_pagerduty) {
        function.run open_incidents {
          input = {region: $input.region}
          mock = {
            "what is given and what is open is logged": [
              {key: "P1", title: "Slow", status: "acknowledged", urgency: "low"}
            ]
            "the account of the region": [
              {key: $input.region, title: "Slow", status: "triggered", urgency: "low"}
            ]
            "the newest first, page by page": []
            "a status and a text": []
            "one that is none stores nothing": []
            "what is open is logged once": [
              {key: "P1", title: "Slow", status: "triggered", urgency: "high"}
            ]
            "what is not open any more is resolved": [
              {key: "P2", title: "Down", status: "triggered", urgency: "high"}
            ]
          }
        } as $open
      }
    }
    db.transaction {
      stack {
        foreach ($input.incidents) {
          each as $incident {
            function.run record_incident {
              input = $incident|set:"source":"input"
            }
          }
        }
        foreach ($open) {
          each as $incident {
            function.run record_incident {
              input = $incident|set:"source":"pagerduty"
            }
          }
        }
        conditional {
          if ($input.from_pagerduty) {
            db.bulk.patch incident {
              where = $db.incident.source == "pagerduty" && $db.incident.status != "resolved" && $db.incident.key not in ($open|map:$$.key)
              data = {status: "resolved", seen_at: now}
            } as $resolved
          }
        }
      }
    }
    db.query incident {
      where = $db.incident.status ==? $input.status && $db.incident.title includes? $input.search
      sort = {id: "desc"}
      return = {
        type: "list"
        paging: {page: $input.page, per_page: $input.per_page, totals: true}
      }
    } as $shown
    db.query incident {
      return = {
        type: "aggregate"
        group: {status: $db.incident.status}
        eval: {incidents: $db.incident.id|count}
      }
    } as $counts
  }
  response = {counts: $counts, log: $shown}
  test "what is given and what is open is logged" {
    input = {incidents: [{key: "disk", title: "Disk full"}]}
    expect.to_equal ($response.counts) {
      value = [{status: "acknowledged", incidents: 1}, {status: "triggered", incidents: 1}]
    }
    expect.to_equal ($response.log.items.0.key) { value = "P1" }
    expect.to_equal ($response.log.items.0.source) { value = "pagerduty" }
    expect.to_equal ($response.log.items.1.key) { value = "disk" }
    expect.to_equal ($response.log.items.1.source) { value = "input" }
  }
  test "without PagerDuty" {
    input = {from_pagerduty: false, incidents: [{key: "disk", title: "Disk full"}]}
    expect.to_equal ($response.log.items.0.key) { value = "disk" }
    expect.to_equal ($response.log.itemsReceived) { value = 1 }
  }
  test "the account of the region" {
    input = {region: "eu"}
    expect.to_equal ($response.log.items.0.key) { value = "eu" }
    expect.to_equal ($response.log.itemsReceived) { value = 1 }
  }
  test "the American account unless told otherwise" {
    input = {}
    expect.to_throw { value = "Nothing was sent: pagerduty_api_key" }
  }
  test "the newest first, page by page" {
    input = {
      incidents: [{key: "a", title: "A"}, {key: "b", title: "B"}, {key: "c", title: "C"}]
      page: 2
      per_page: 1
    }
    expect.to_equal ($response.log.items.0.key) { value = "b" }
    expect.to_equal ($response.log.itemsReceived) { value = 1 }
    expect.to_equal ($response.log.itemsTotal) { value = 3 }
    expect.to_equal ($response.log.nextPage) { value = 3 }
  }
  test "a status and a text" {
    input = {
      incidents: [
        {key: "a", title: "Disk A"}
        {key: "b", title: "Disk B", status: "resolved"}
        {key: "c", title: "Slow", status: "resolved"}
      ]
      status: "resolved"
      search: " DISK "
    }
    expect.to_equal ($response.log.items.0.key) { value = "b" }
    expect.to_equal ($response.log.itemsReceived) { value = 1 }
    expect.to_equal ($response.counts.0.incidents) { value = 2 }
    expect.to_equal ($response.counts.1.incidents) { value = 1 }
  }
  test "one that is none stores nothing" {
    input = {incidents: [{key: "a", title: "A"}, {key: "b"}]}
    expect.to_throw
  }
  test "pages begin with 1" {
    input = {page: 0}
    expect.to_throw
  }
  test "a page has one row at least" {
    input = {per_page: 0}
    expect.to_throw
  }
  test "a page has a hundred rows at most" {
    input = {per_page: 101}
    expect.to_throw
  }
}
