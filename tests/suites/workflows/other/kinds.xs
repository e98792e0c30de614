task "broken task" {
  stack {
    throw { name = "gone", value = "no task" }
  }
}
---
tool "broken tool" {
  instructions = "fails"
  stack {
    throw { name = "gone", value = "no tool" }
  }
}
---
middleware "broken middleware" {
  stack {
    throw { name = "gone", value = "no middleware" }
  }
}
---
table_trigger "broken trigger" {
  table = "things"
  actions = {insert: true}
  stack {
    throw { name = "gone", value = "no trigger" }
  }
}
