//! What a file says beside the properties: how users end, and their passwords.

use connect_user::{
    diff::Action,
    fleet::{Entry, Lifecycle, MemoryStore, Session},
    interop::{
        Deployment, DeploymentOptions,
        file::{FileFormat, UserFile, WriteOptions, write},
        program::{Program, Source},
    },
    user::{Code, IdentityManagementType, Path, Settings, UserState},
};
use serde_json::{Value as Json, json};

use crate::{
    service::{adopted, create, jane, run, service, session},
    support::read_text,
};

const PASSWORD: &str = "Welcome2Connect";

/// A program of the file with passwords, each replaced by another one.
fn program(file: &UserFile, password: &str) -> Program {
    let options = WriteOptions::builder().passwords(true).build();
    let text =
        write(FileFormat::Program, file, &options).expect("a program").text.replace(PASSWORD, password);
    Program::read(Source::new("users.yaml", text), &[]).expect("a program")
}

/// What a plan of the program says of its only user.
async fn planned(program: &Program, session: &mut Session<'_>) -> (Action, Vec<Code>) {
    let mut deployment = Deployment::new(program, session, DeploymentOptions::default());
    deployment.refresh(session).await.expect("read");
    let review = deployment.preview(session).await.expect("a review");
    let user = review.preview.users().first().expect("a user");
    let preview = user.preview();
    (user.action(), preview.diff.notices.iter().map(|notice| notice.code).collect())
}

fn entry<'a>(session: &'a Session<'_>, name: &str) -> &'a Entry {
    session.entries().get(name).expect("an entry")
}

/// A user with a password, as Terraform has it in its state.
fn state_of_terraform(state: &UserState) -> String {
    json!({"version": 4, "lineage": "x", "serial": 1, "resources": [{
        "mode": "managed", "type": "aws_connect_user", "name": "jane", "instances": [{"attributes": {
            "id": state.id().to_string(), "arn": state.arn, "instance_id": "i", "name": "jane", "password": PASSWORD,
            "routing_profile_id": "r1", "security_profile_ids": ["s1"],
            "identity_info": [{"first_name": "Jane", "last_name": "Roe"}], "phone_config": [{"phone_type": "SOFT_PHONE"}],
        }}],
    }]})
    .to_string()
}

#[test]
fn the_password_of_a_file_is_known_to_later_plans_and_kept_nowhere() {
    run(async {
        let kind = IdentityManagementType::ConnectManaged;
        let connect = service(kind);
        let mut document = jane("jane");
        document["password"] = json!(PASSWORD);
        let state = create(&document, kind, &connect).await;
        let table = format!(
            "user login,password,first name,last name,routing_profile_id,security_profile_ids,phone type\n\
             jane,{PASSWORD},Jane,Roe,r1,s1,soft\n"
        );
        let table = table.replace("user login,", "instance_id,user login,").replace("\njane,", "\ni,jane,");
        for (format, text) in [(FileFormat::Terraform, state_of_terraform(&state)), (FileFormat::Csv, table)]
        {
            let file = read_text(format, &text);
            let store = MemoryStore::default();
            let mut session = session(&store, &connect);
            adopted(&file, &mut session).await;
            let noted = &entry(&session, "jane").notes;
            assert!(noted.contains_key("passwordFingerprint"), "{noted:?}");
            let recorded = serde_json::to_string(session.entries()).expect("JSON");
            assert!(!recorded.contains(PASSWORD));
            // Empty, and it stays so.
            for _ in 0..2 {
                let planned = planned(&program(&file, PASSWORD), &mut session).await;
                assert_eq!(planned, (Action::None, vec![]), "{format}");
            }
            let (_, told) = planned(&program(&file, "Another2Connect"), &mut session).await;
            assert_eq!(told, [Code::PASSWORD_UNCHANGEABLE], "another password is seen");
        }
    });
}

#[test]
fn what_a_host_decides_about_every_user_stays_beside_the_options_of_each() {
    run(async {
        let kind = IdentityManagementType::Saml;
        let connect = service(kind);
        let (store, mut document) = (MemoryStore::default(), jane("jane"));
        let program = |document: &Json, options: Json| {
            let user = json!({"type": "aws:connect:User", "properties": document, "options": options});
            let text = json!({"resources": {"jane": user}}).to_string();
            Program::read(Source::new("users.json", &text), &[]).expect("a program")
        };
        let mut session = session(&store, &connect);
        let first = program(&document, json!({}));
        let mut deployment = Deployment::new(&first, &session, DeploymentOptions::default());
        deployment.refresh(&mut session).await.expect("read");
        let review = deployment.preview(&session).await.expect("a review");
        let apply = session.apply_options();
        deployment.apply(review.preview, &mut session, &apply).await.expect("applied");

        document["routingProfileId"] = json!("r2");
        document["identityInfo"]["firstName"] = json!("Janet");
        let first_name = json!({"ignoreChanges": ["identityInfo.firstName"]});
        for (own, action) in [(json!({}), Action::Update), (first_name, Action::None)] {
            // The host says how the instance manages identities, or leaves it to be found out.
            for said in [None, Some(kind)] {
                let settings = Settings::builder()
                    .maybe_identity_management(said)
                    .ignore_changes(vec![Path::root().member("routingProfileId")])
                    .protect(true)
                    .build();
                let options = || DeploymentOptions::builder().settings(settings.clone()).build();
                let changed = program(&document, own.clone());
                let mut deployment = Deployment::new(&changed, &session, options());
                deployment.refresh(&mut session).await.expect("read");
                let review = deployment.preview(&session).await.expect("a review");
                let changes =
                    review.preview.users().iter().flat_map(|user| user.preview().diff.changes.clone());
                let paths: Vec<String> = changes.map(|change| change.path.to_string()).collect();
                assert_eq!(review.preview.count(action), 1, "{said:?}, {own}: {paths:?}");
                assert!(!paths.contains(&"routingProfileId".to_owned()), "{said:?}, {own}: {paths:?}");

                let mut renamed = document.clone();
                renamed["name"] = json!("janet");
                let renamed = program(&renamed, own.clone());
                let mut deployment = Deployment::new(&renamed, &session, options());
                deployment.refresh(&mut session).await.expect("read");
                let review = deployment.preview(&session).await.expect("a review");
                let codes: Vec<Code> = review.preview.reasons().iter().map(|reason| reason.code).collect();
                assert_eq!(codes, [Code::PROTECTED], "{said:?}, {own}");
            }
        }
    });
}

#[test]
fn how_a_user_ends_is_recorded() {
    run(async {
        let kind = IdentityManagementType::Saml;
        let connect = service(kind);
        let state = create(&jane("jane"), kind, &connect).await;
        let properties = jane("jane");
        let stack = json!({"version": 3, "deployment": {"resources": [{
            "urn": "urn:pulumi:live::centre::aws:connect/user:User::jane", "type": "aws:connect/user:User",
            "id": state.id().to_string(), "inputs": properties, "protect": true, "retainOnDelete": true,
        }]}});
        let arn = state.arn.split("/agent/").next().expect("an instance");
        let template = json!({"Resources": {"jane": {
            "Type": "AWS::Connect::User", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": {
                "InstanceArn": arn, "Username": "jane", "RoutingProfileArn": format!("{arn}/routing-profile/r1"),
                "SecurityProfileArns": [format!("{arn}/security-profile/s1")],
                "PhoneConfig": {"PhoneType": "SOFT_PHONE"}, "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe"},
            },
        }}});
        let program = json!({"resources": {"jane": {
            "type": "aws:connect:User", "properties": properties, "options": {"protect": true},
        }}});
        let files: [(FileFormat, Json, bool, bool); 3] = [
            (FileFormat::PulumiStack, stack, true, true),
            (FileFormat::CloudFormation, template, false, true),
            (FileFormat::ProgramJson, program, true, false),
        ];
        for (format, text, protect, retain) in files {
            let store = MemoryStore::default();
            let mut session = session(&store, &connect);
            adopted(&read_text(format, &text.to_string()), &mut session).await;
            let lifecycle = Lifecycle::of_notes(&entry(&session, "jane").notes);
            assert_eq!((lifecycle.protect, lifecycle.retain_on_delete), (protect, retain), "{format}");
        }
    });
}
