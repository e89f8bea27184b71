# Shape: users from a spreadsheet. `csvdecode` gives an empty cell as "", and everything as text.
# With HashiCorp's `aws_connect_user`, an empty string is as good as none for hierarchy_group_id, directory_user_id and email.
locals {
  rows = { for row in csvdecode(file("${path.module}/03-agents.csv")) : row.login => row }
}

resource "connect_user" "row" {
  for_each = local.rows

  instance_id          = "1c2d"
  name                 = each.key
  password             = each.value.password
  directory_user_id    = each.value.directory_user_id
  hierarchy_group_id   = each.value.hierarchy_group_id
  routing_profile_id   = each.value.routing_profile_id
  security_profile_ids = split("|", each.value.security_profile_ids)

  identity_info {
    first_name      = each.value.first_name
    last_name       = each.value.last_name
    email           = each.value.email
    secondary_email = each.value.secondary_email
    mobile          = each.value.mobile
  }
  phone_config {
    phone_type                    = each.value.phone_type
    desk_phone_number             = each.value.phone_number
    auto_accept                   = each.value.auto_accept == "yes"
    after_contact_work_time_limit = each.value.acw
  }
}
