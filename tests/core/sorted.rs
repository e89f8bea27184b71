//! Maps and sets of few elements are what the standard library's are.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::user::{SortedMap, SortedSet};
use proptest::prelude::*;

fn same(map: &SortedMap<u8, u8>, model: &BTreeMap<u8, u8>) {
    assert!(map.iter().eq(model), "{map:?} is not {model:?}");
    assert!(map.keys().eq(model.keys()) && map.values().eq(model.values()));
    assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
    assert_eq!(serde_json::to_string(map).unwrap(), serde_json::to_string(model).unwrap());
    let read: SortedMap<u8, u8> = serde_json::from_str(&serde_json::to_string(model).unwrap()).unwrap();
    assert_eq!(read, *map);
    assert_eq!(format!("{map:?}"), format!("{model:?}"));
}

proptest! {
    #[test]
    fn a_map_is_as_that_of_the_standard_library(
        entries in prop::collection::vec((0..8_u8, any::<u8>()), 0..12),
        steps in prop::collection::vec((0..6_u8, 0..8_u8, any::<u8>()), 0..24),
    ) {
        let (mut map, mut model): (SortedMap<_, _>, BTreeMap<_, _>) =
            (entries.iter().copied().collect(), entries.into_iter().collect());
        same(&map, &model);
        prop_assert_eq!(&SortedMap::from(model.clone()), &map);
        for (step, key, value) in steps {
            match step {
                0 => prop_assert_eq!(map.insert(key, value), model.insert(key, value)),
                1 => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                2 => prop_assert_eq!(map.get(&key), model.get(&key)),
                3 => {
                    map.retain(|other, _| *other != key);
                    model.retain(|other, _| *other != key);
                }
                4 => {
                    map.extend([(key, value), (7, 1)]);
                    model.extend([(key, value), (7, 1)]);
                }
                _ => prop_assert_eq!(map.pop_first(), model.pop_first()),
            }
            prop_assert_eq!(map.contains_key(&key), model.contains_key(&key));
            if let (Some(one), Some(other)) = (map.get_mut(&key), model.get_mut(&key)) {
                *one ^= 1;
                *other ^= 1;
                prop_assert_eq!(map.get(&key), model.get(&key));
            }
            same(&map, &model);
        }
        prop_assert!(map.into_iter().eq(model));
    }

    #[test]
    fn a_set_is_as_that_of_the_standard_library(
        one in prop::collection::vec(0..6_u8, 0..8),
        other in prop::collection::vec(0..6_u8, 0..8),
    ) {
        let (mut set, mut model): (SortedSet<_>, BTreeSet<_>) =
            (one.iter().copied().collect(), one.into_iter().collect());
        let (others, model_of_others): (SortedSet<_>, BTreeSet<_>) =
            (other.iter().copied().collect(), other.iter().copied().collect());
        prop_assert_eq!(set.is_subset(&others), model.is_subset(&model_of_others));
        for element in other {
            prop_assert_eq!(set.contains(&element), model.contains(&element));
            match element % 2 {
                0 => prop_assert_eq!(set.insert(element), model.insert(element)),
                _ => prop_assert_eq!(set.remove(&element), model.remove(&element)),
            }
            prop_assert!(set.iter().eq(&model));
        }
        prop_assert_eq!(serde_json::to_string(&set).unwrap(), serde_json::to_string(&model).unwrap());
        prop_assert_eq!(set.pop_first(), model.pop_first());
        prop_assert!(set.into_iter().eq(model));
    }
}
