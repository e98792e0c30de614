// What Jira is told of a new issue.
function issue_fields {
  input {
    text project
    text issue_type
    text summary
    text description?
    text label
  }
  stack {
    var $fields {
      value = {
        project: {key: $input.project}
        issuetype: {name: $input.issue_type}
        summary: $input.summary
        labels: [$input.label]
      }
    }
    var $lines {
      value = $input.description|split:"\n"|map:($$|trim)|filter_empty
    }
    // Jira takes no plain text as description but a document.
    conditional {
      if (($lines|count) > 0) {
        var $paragraphs {
          value = $lines|map:{type: "paragraph", content: [{type: "text", text: $$}]}
        }
        var.update $fields {
          value = $fields|set:"description":{type: "doc", version: 1, content: $paragraphs}
        }
      }
    }
  }
  response = $fields
  test "every line is a paragraph" {
    input = {
      project: "OPS"
      issue_type: "Task"
      summary: "Disk full"
      description: "98 % used\n\non db-1"
      label: "xs-1"
    }
    expect.to_equal ($response) {
      value = {
        project: {key: "OPS"}
        issuetype: {name: "Task"}
        summary: "Disk full"
        labels: ["xs-1"]
        description: {
          type: "doc"
          version: 1
          content: [
            {type: "paragraph", content: [{type: "text", text: "98 % used"}]}
            {type: "paragraph", content: [{type: "text", text: "on db-1"}]}
          ]
        }
      }
    }
  }
  test "no description" {
    input = {project: "OPS", issue_type: "Task", summary: "Disk full", label: "xs-1"}
    expect.to_not_be_defined ($response.description)
  }
  test "a single line" {
    input = {
      project: "OPS"
      issue_type: "Task"
      summary: "Disk full"
      description: "  \n 98 % used "
      label: "xs-1"
    }
    expect.to_equal ($response.description.content) {
      value = [{type: "paragraph", content: [{type: "text", text: "98 % used"}]}]
    }
  }
}
