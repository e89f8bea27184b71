# Shape: a public module's resource: `users` is of type `any`, every optional value is `try(…, null)`, the identity block
# is dynamic, tags are merged from four places and always include `Name`.
variable "users" {
  type = any
  default = {
    desk_lead = {
      password             = "Welcome2Connect"
      routing_profile_id   = "r1"
      security_profile_ids = ["s1", "s2"]
      identity_info        = { first_name = "Desk", last_name = "Lead" }
      phone_config         = { phone_type = "DESK_PHONE", desk_phone_number = "+16175550143" }
      tags                 = { Name = "overrides the module's" }
    }
    # No identity block at all, and no number of a desk phone: the service refuses both.
    half_filled = {
      password             = "Welcome2Connect"
      routing_profile_id   = "r1"
      security_profile_ids = []
      phone_config         = { phone_type = "DESK_PHONE" }
    }
  }
}

resource "connect_user" "this" {
  for_each = var.users

  instance_id          = "1c2d"
  name                 = each.key
  password             = try(each.value.password, null)
  routing_profile_id   = each.value.routing_profile_id
  security_profile_ids = each.value.security_profile_ids
  directory_user_id    = try(each.value.directory_user_id, null)
  hierarchy_group_id   = try(each.value.hierarchy_group_id, null)

  dynamic "identity_info" {
    for_each = contains(keys(each.value), "identity_info") ? [1] : []
    content {
      email      = try(each.value.identity_info.email, null)
      first_name = try(each.value.identity_info.first_name, null)
      last_name  = try(each.value.identity_info.last_name, null)
    }
  }
  phone_config {
    phone_type                    = each.value.phone_config.phone_type
    auto_accept                   = try(each.value.phone_config.auto_accept, null)
    after_contact_work_time_limit = try(each.value.phone_config.after_contact_work_time_limit, null)
    desk_phone_number             = try(each.value.phone_config.desk_phone_number, null)
  }

  tags = merge({ Name = each.key }, { owner = "ops" }, try(each.value.tags, {}))
}
