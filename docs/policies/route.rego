package route

# A disk that fills up pages whoever is on call; everything is written down.

run[job] {
	input.alert.schema == "disk"
	full(input.alert.attrs)
	job := {
		"id": "page",
		"uses": "PagerDuty Create Incident",
		"args": {
			"title": sprintf("%s on %s", [input.alert.title, host(input.alert.attrs)]),
			"description": input.alert.description,
		},
	}
}

run[job] {
	job := {"id": "note", "uses": "debug.log", "args": {"value": input.alert.title}}
}

full(attrs) {
	attrs[i].key == "percent"
	attrs[i].value > 90
}

host(attrs) = attrs[i].value {
	attrs[i].key == "host"
}
