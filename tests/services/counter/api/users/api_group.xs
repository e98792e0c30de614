api_group "Users and Friends" {
  middleware = {post: [{name: "stamp", active: true}]}
}
