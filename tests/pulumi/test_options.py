"""The options that Pulumi's programs and commands give a resource."""

from support import user


def test_options(project):
    project.users(jane=user())
    project.up()
    ignored = {"properties": user(routingProfileId="r2", tags={"a": "b"}), "options": {"ignoreChanges": ["routingProfileId", "tags"]}}
    project.users(jane=ignored)
    assert project.events() == {"jane": "same"}
    replaced = {"properties": user(routingProfileId="r2"), "options": {"replaceOnChanges": ["routingProfileId"], "deleteBeforeReplace": True}}
    project.users(jane=replaced)
    assert project.events()["jane"] == "replace"
    project.up()
    project.users(jane={**replaced, "options": {"protect": True}})
    project.up()
    project.users()
    assert "protect" in project.fails("up", "--yes", "--skip-preview")
    project.users(jane={**replaced, "options": {"retainOnDelete": True, "protect": False}})
    project.up()
    project.users()
    project.ok("up", "--yes", "--skip-preview")
    assert list(project.service.ids()) == ["jane"]


def test_alias(project):
    project.users(jane=user())
    project.up()
    urn = project.resource("jane")["urn"]
    project.users(joan={"properties": user(), "options": {"aliases": [urn]}})
    assert project.events() == {"joan": "same"}
    project.up()


def test_a_replacement_that_is_asked_for_keeps_the_name(project):
    project.users(jane=user())
    project.up()
    first = project.service.ids()["jane"]
    # Names are unique: the engine has to delete the old user first, and nobody has told it so.
    asked = user(routingProfileId="r2", tags={"team": "ops"})
    project.users(jane={"properties": asked, "options": {"replaceOnChanges": ["routingProfileId"]}})
    project.up()
    second = project.service.ids()
    assert list(second) == ["jane"] and second["jane"] != first
    # What is replaced by a command is not compared before.
    urn = project.resource("jane")["urn"]
    said = project.fails("up", "--yes", "--skip-preview", "--replace", urn)
    assert "`deleteBeforeReplace`" in said, said.text
    assert project.service.ids() == second
    project.users(jane={"properties": asked, "options": {"deleteBeforeReplace": True}})
    project.ok("up", "--yes", "--skip-preview", "--replace", urn)
    project.settled()
    assert project.service.ids()["jane"] != second["jane"]
