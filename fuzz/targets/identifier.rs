//! Ids, ARNs, import ids and points in time: what is read is written, and read again, the same.

#![no_main]

use std::{fmt, str::FromStr};

use connect_user::user::{Arn, AutoName, ImportId, InstanceId, Timestamp, UserId, one_line};
use libfuzzer_sys::fuzz_target;

fn is_read_as_written<T: FromStr + fmt::Display + fmt::Debug + PartialEq>(text: &str)
where
    T::Err: fmt::Display,
{
    match text.parse::<T>() {
        Ok(value) => match value.to_string().parse::<T>() {
            Ok(again) => assert_eq!(again, value, "from {text:?}"),
            Err(error) => panic!("{value} from {text:?}: {error}"),
        },
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
}

fuzz_target!(|text: &str| {
    is_read_as_written::<Arn>(text);
    is_read_as_written::<ImportId>(text);
    is_read_as_written::<Timestamp>(text);

    let (user, instance) = (UserId::from(text), InstanceId::from(text));
    drop((user.check(), user.arn(), user.instance(), user.named(), instance.check(), instance.named()));
    assert_eq!(user.to_bare().bare(), user.bare());
    let name = AutoName::new(text, text.get(..text.len() / 2).unwrap_or_default()).generate(None);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    assert!((1..=20).contains(&name.len()) && name.chars().all(is_plain), "{name:?} from {text:?}");
    assert!(one_line(text).lines().count() <= 1, "{text:?}");
});
