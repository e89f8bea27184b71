# Shape: the `id` of other Connect resources where their own id is meant: `instance:id` with a colon. No identity block, and a
# first name as login.
resource "aws_connect_routing_profile" "demo" {
  instance_id               = "1c2d"
  name                      = "Demo"
  description               = "Demo"
  default_outbound_queue_id = "q1"
  media_concurrencies {
    channel     = "VOICE"
    concurrency = 1
  }
}

resource "connect_user" "boss" {
  instance_id          = "1c2d"
  name                 = "Mira"
  password             = "Welcome2Connect"
  routing_profile_id   = aws_connect_routing_profile.demo.id # `1c2d:…`; `.routing_profile_id` is meant
  security_profile_ids = ["1c2d:s1"]
  phone_config {
    phone_type = "SOFT_PHONE"
  }
}
