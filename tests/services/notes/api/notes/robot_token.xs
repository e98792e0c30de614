query "robot/token" verb=POST {
  api_group = "Notes"
  stack {
    db.add robot {
      data = {name: "R2"}
    } as $robot
    security.create_auth_token {
      table = "robot"
      id = $robot.id
    } as $token
  }
  response = {token: $token}
}
