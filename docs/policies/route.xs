// The same as route.rego.
function "policy" {
  input {
    json alert
    json env?
  }
  stack {
    var $attrs {
      value = $input.alert.attrs|create_object_from_entries
    }
    var $jobs {
      value = [{id: "note", uses: "debug.log", args: {value: $input.alert.title}}]
    }
    conditional {
      if ($input.alert.schema == "disk" && $attrs.percent > 90) {
        array.push $jobs {
          value = {
            id: "page"
            uses: "PagerDuty Create Incident"
            args: {
              title: $input.alert.title ~ " on " ~ $attrs.host
              description: $input.alert.description
            }
          }
        }
      }
    }
  }
  response = $jobs
}
