//=== a date and its text
var $t { value = "2023-08-15 20:45:30"|to_timestamp }
expect.to_equal ($t) { value = 1692132330000 }
var $r { value = [($t|format_timestamp:"Y-m-d H:i:s"), ($t|format_timestamp:"D, jS M y g:i A":"Asia/Tokyo")] }
expect.to_equal ($r) { value = ["2023-08-15 20:45:30", "Wed, 16th Aug 23 5:45 AM"] }

//=== the zone of a date text
var $r {
  value = [
    ("2000-01-01"|to_timestamp:"America/New_York"),
    ("2000-01-01T00:00:00Z"|to_timestamp:"America/New_York"),
    ("2000-01-01T00:00:00+02:00"|to_timestamp)
  ]
}
expect.to_equal ($r) { value = [946702800000, 946684800000, 946677600000] }

//=== numbers and numeric text are timestamps already
var $r { value = [(20240101|to_timestamp), ("20240101"|to_timestamp), (1.9|to_timestamp)] }
expect.to_equal ($r) { value = [20240101, 20240101, 1] }

//=== null stays null
var $r {
  value = [
    (null|to_timestamp),
    (null|format_timestamp:"Y"),
    (null|parse_timestamp:"Y"),
    (null|transform_timestamp:"+1 day"),
    (null|add_secs_to_timestamp:1),
    (null|to_days),
    (null|timestamp_year)
  ]
}
expect.to_equal ($r) { value = [null, null, null, null, null, null, null] }

//=== a text that is no date
try_catch {
  try {
    var $r { value = "soon"|to_timestamp }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Invalid timestamp." }

//=== a zone that is none
try_catch {
  try {
    var $r { value = 0|format_timestamp:"Y":"Mars/Base" }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Unknown time zone: Mars/Base" }

//=== a timestamp beyond the calendar
try_catch {
  try {
    var $r { value = 9223372036854775807|format_timestamp:"Y" }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Timestamp out of range." }

//=== counts from 1970 go down before it
var $r { value = [(-1|to_seconds), (-1|to_minutes), (-1|to_hours), (-1|to_days), ("1970-01-02"|to_days)] }
expect.to_equal ($r) { value = [-1, -1, -1, -1, 1] }

//=== months run over
var $t { value = "2024-01-31 12:00"|to_timestamp }
var $r {
  value = [
    ($t|transform_timestamp:"+1 month"|format_timestamp:"Y-m-d H:i"),
    ($t|transform_timestamp:"last day of next month"|format_timestamp:"Y-m-d H:i"),
    ($t|transform_timestamp:"first day of next month"|format_timestamp:"Y-m-d H:i"),
    ($t|transform_timestamp:"last monday"|format_timestamp:"Y-m-d H:i"),
    ($t|transform_timestamp:"midnight"|format_timestamp:"Y-m-d H:i")
  ]
}
expect.to_equal ($r) {
  value = ["2024-03-02 12:00", "2024-02-29 12:00", "2024-02-01 12:00", "2024-01-29 00:00", "2024-01-31 00:00"]
}

//=== the calendar of another zone
var $r { value = 1692132330000|transform_timestamp:"midnight":"Asia/Tokyo"|format_timestamp:"Y-m-d H:i":"Asia/Tokyo" }
expect.to_equal ($r) { value = "2023-08-16 00:00" }

//=== milliseconds survive a shift of days
var $r { value = [(1692132330123|transform_timestamp:"+1 day"), (1692132330123|transform_timestamp:"today")] }
expect.to_equal ($r) { value = [1692218730123, 1692057600000] }

//=== seconds and milliseconds
var $r {
  value = [
    (1691527530000|add_secs_to_timestamp:60),
    ("2000-01-01"|add_secs_to_timestamp:-1),
    (1691527530000|add_ms_to_timestamp:-1),
    (1500|ms_to_secs),
    (-1|ms_to_secs),
    (1.5|secs_to_ms)
  ]
}
expect.to_equal ($r) { value = [1691527590000, 946684799000, 1691527529999, 1, -1, 1500] }

//=== a text of a known form
var $r {
  value = [
    ("2023-08-15 13:45:30"|parse_timestamp:"Y-m-d H:i:s":"America/Los_Angeles"),
    ("15/08/2023"|parse_timestamp:"!d/m/Y"),
    ("15/08/2023"|parse_timestamp:"d/m/Y|")
  ]
}
expect.to_equal ($r) { value = [1692132330000, 1692057600000, 1692057600000] }

//=== a text of another form
try_catch {
  try {
    var $r { value = "15.08.2023"|parse_timestamp:"d/m/Y" }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Unable to parse timestamp." }

//=== the parts of a date
var $t { value = "2024-12-30 23:30:15"|to_timestamp }
var $r {
  value = [
    ($t|timestamp_year),
    ($t|timestamp_month),
    ($t|timestamp_week),
    ($t|timestamp_day_of_year),
    ($t|timestamp_day_of_month),
    ($t|timestamp_day_of_week),
    ($t|timestamp_hour),
    ($t|timestamp_minute),
    ($t|timestamp_year:"Asia/Tokyo"),
    ($t|timestamp_day_of_month:"Asia/Tokyo")
  ]
}
expect.to_equal ($r) { value = [2024, 12, 1, 365, 30, 1, 23, 30, 2024, 31] }

//=== sunday is day 0
var $r { value = "2024-12-29"|timestamp_day_of_week }
expect.to_equal ($r) { value = 0 }

//=== the text now is the clock
var $before { value = now }
var $t { value = "now"|to_timestamp }
var $hour_ago { value = "1 hour ago"|to_timestamp }
expect.to_be_true ($t >= $before)
expect.to_be_true ($hour_ago < $before)
