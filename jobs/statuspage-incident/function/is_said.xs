// Whether an incident says already what an update would say: readers of the page are not told twice.
function is_said {
  input {
    json incident
    json update {
      description = "{status, body?, impact_override?, component_ids?, components?}"
    }
  }
  stack {
    var $update {
      value = $input.update
    }
    var $body {
      value = $update|get:"body"
    }
    var $latest {
      value = $input.incident|get:"incident_updates"|first|get:"body"
    }
    var $impact {
      value = $update|get:"impact_override"
    }
    var $said {
      value = ($input.incident|get:"status") == $update.status && ($body == null || $body == $latest)
    }
    conditional {
      if ($impact != null && $impact != ($input.incident|get:"impact_override")) {
        var.update $said {
          value = false
        }
      }
    }
    foreach ($update|get:"component_ids":[]) {
      each as $id {
        var $component {
          value = $input.incident|get:"components":[]|find:$$.id == $id
        }
        var $wanted {
          value = $update|get:"components":{}|get:$id
        }
        conditional {
          if ($component == null || ($wanted != null && $wanted != ($component|get:"status"))) {
            var.update $said {
              value = false
            }
          }
        }
      }
    }
  }
  response = $said
  test "the same again" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {
        status: "identified"
        body: "A cable is broken"
        impact_override: "major"
        component_ids: ["c1"]
        components: {c1: "major_outage"}
      }
    }
    expect.to_be_true ($response)
  }
  test "nothing but the status" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified"}
    }
    expect.to_be_true ($response)
  }
  test "another status" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "monitoring", body: "A cable is broken"}
    }
    expect.to_be_false ($response)
  }
  test "other words" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", body: "It was two cables"}
    }
    expect.to_be_false ($response)
  }
  test "words of an earlier update" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", body: "We look into it"}
    }
    expect.to_be_false ($response)
  }
  test "another impact" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", impact_override: "minor"}
    }
    expect.to_be_false ($response)
  }
  test "a component that works again" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", component_ids: ["c1"], components: {c1: "operational"}}
    }
    expect.to_be_false ($response)
  }
  test "a component of two" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {
        status: "identified"
        component_ids: ["c1", "c2"]
        components: {c1: "operational", c2: "operational"}
      }
    }
    expect.to_be_false ($response)
  }
  test "a further component" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", component_ids: ["c2", "c3"]}
    }
    expect.to_be_false ($response)
  }
  test "components as they are" {
    input = {
      incident: {
        status: "identified"
        impact_override: "major"
        incident_updates: [{body: "A cable is broken"}, {body: "We look into it"}]
        components: [{id: "c1", status: "major_outage"}, {id: "c2", status: "operational"}]
      }
      update: {status: "identified", component_ids: ["c1", "c2"]}
    }
    expect.to_be_true ($response)
  }
  test "an incident without updates" {
    input = {
      incident: {status: "identified", incident_updates: [], components: []}
      update: {status: "identified", body: "A cable is broken"}
    }
    expect.to_be_false ($response)
  }
}
