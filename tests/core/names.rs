//! What has a name is read as it is written: operations, kinds of errors, effects, rates.

use std::{fmt::Debug, num::NonZeroU32, str::FromStr, time::Duration};

use connect_user::{
    client::{Effect, ErrorKind, Rate, RateError},
    user::{Operation, UnknownChoice},
};
use serde::{Serialize, de::DeserializeOwned};

fn assert_named<T>(all: &[T], names: &[&str])
where
    T: Copy + Debug + PartialEq + ToString + FromStr<Err = UnknownChoice> + Serialize + DeserializeOwned,
{
    assert_eq!(all.len(), names.len());
    for (value, name) in all.iter().zip(names) {
        assert_eq!(value.to_string(), *name);
        assert_eq!(name.parse().as_ref(), Ok(value));
        let json = serde_json::to_string(value).expect("JSON");
        assert_eq!(json, format!("\"{name}\""));
        assert_eq!(serde_json::from_str::<T>(&json).expect("read"), *value);
    }
    let unknown = "Nothing\n".parse::<T>().expect_err("unknown").to_string();
    assert!(unknown.starts_with("`Nothing\\n` is not one of `") && unknown.contains(names[0]), "{unknown}");
}

#[test]
fn names_are_read_as_they_are_written() {
    assert_named(Operation::ALL, Operation::NAMES);
    assert_named(ErrorKind::ALL, ErrorKind::NAMES);
    assert_named(Effect::ALL, Effect::NAMES);
    assert_eq!(ErrorKind::QuotaExceeded.to_string(), "quota-exceeded");
    let help = "UpdateUserHierachy".parse::<Operation>().expect_err("misspelt").help();
    assert_eq!(help, "did you mean `UpdateUserHierarchy`?");
}

#[test]
fn a_rate_is_read_as_it_is_written_and_has_bounds() {
    for text in ["2:5", "0.001:1", "1000000:4294967295", "12.5:7"] {
        assert_eq!(text.parse::<Rate>().expect(text).to_string(), text);
    }
    assert_eq!("4:1".parse(), Ok(Rate::new(Duration::from_millis(250), NonZeroU32::MIN)));
    let nanos = [0, 1, 999, 1_000, 1_001, 1_500, 333_333_333, 999_999_999_999, 2_000_000_000_000, u64::MAX];
    for every in nanos.map(Duration::from_nanos) {
        let mut rate = Rate::new(every, NonZeroU32::MIN);
        assert_eq!(rate.to_string().parse(), Ok(rate), "{every:?}");
        assert_eq!(rate.every, every.clamp(Duration::from_micros(1), Duration::from_secs(1_000)));
        let expected = rate.to_string();
        rate.every = every;
        assert_eq!(rate.to_string(), expected, "{every:?}");
        assert!(expected.parse::<Rate>().is_ok(), "{expected}");
    }
    for (text, message) in [
        ("2", "`2` is not of the form `RATE:BURST`"),
        ("0:1", "the rate must be 0.001 to 1000000 calls a second, is `0`"),
        ("-1:1", "the rate must be 0.001 to 1000000 calls a second, is `-1`"),
        ("NaN:1", "the rate must be 0.001 to 1000000 calls a second, is `NaN`"),
        ("1000000.1:1", "the rate must be 0.001 to 1000000 calls a second, is `1000000.1`"),
        ("two:1", "the rate must be 0.001 to 1000000 calls a second, is `two`"),
        ("2:0", "the burst must be 1 to 4294967295, is `0`"),
        ("2:1.5", "the burst must be 1 to 4294967295, is `1.5`"),
    ] {
        let error: RateError = text.parse::<Rate>().expect_err(text);
        assert_eq!(error.to_string(), message);
    }
}
