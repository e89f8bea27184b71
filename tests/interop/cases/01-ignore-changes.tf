# Shape: a list of agents, one user each, guarded against destruction, with attributes that others own at run time.
# Step 1: apply as it is.
# Step 2: set `step = 2`: the ignored attributes change in the configuration, and so does one that is not ignored.
#         Right: only `auto_accept` is changed; routing profile, name and password stay as they are.
# For this project's provider the type is `connect_user`.
variable "step" {
  type    = number
  default = 1
}

variable "first_password" {
  type      = string
  sensitive = true
  default   = "Welcome2Connect"
}

locals {
  agents = [
    { login = "mira.holt", first = "Mira", last = "Holt", mail = "mira.holt@example.com" },
    { login = "teo.banks", first = "Teo", last = "Banks", mail = "teo.banks@example.com" },
  ]
}

resource "connect_user" "floor" {
  for_each = { for agent in local.agents : agent.login => agent }

  instance_id          = "1c2d"
  name                 = var.step == 1 ? each.key : "${each.key}.renamed"
  password             = var.step == 1 ? var.first_password : "Another4Secret"
  routing_profile_id   = var.step == 1 ? "r1" : "r2"
  security_profile_ids = ["s1"]

  identity_info {
    first_name = each.value.first
    last_name  = each.value.last
    email      = each.value.mail
  }
  phone_config {
    phone_type                    = "SOFT_PHONE"
    after_contact_work_time_limit = 0
    auto_accept                   = var.step != 1
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [name, password, routing_profile_id]
  }
}
