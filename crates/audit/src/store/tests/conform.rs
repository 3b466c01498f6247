//! AU8: one list of cases, run on a file and on a server. A case is given a folder; where it holds a file `server`, the store
//! rests on the server named there.

use super::{server::Pair, *};
use crate::store::find::tests as find;
use std::{future::Future, pin::Pin};

/// More cases of the same list.
mod more;

/// What stands in a store, once all of it was checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Seen {
    pub(in crate::store) entries: u64,
    pub(in crate::store) openings: u64,
    pub(in crate::store) unclosed: u64,
    pub(in crate::store) manifests: u64,
}

/// Checks everything that can be checked, and counts.
pub(in crate::store) fn verified(dir: &Path) -> Seen {
    let place = sample::settings(dir).place;
    if place.server.is_none() {
        let seen = verify(&place.path, Some(KEY), place.month_keys.as_deref()).unwrap();
        let (openings, unclosed) = (seen.openings, seen.unclosed);
        return Seen { entries: seen.entries, openings, unclosed, manifests: seen.manifests };
    }
    let entries = check_tree(&place).unwrap();
    let views = inspect(&place, KEY, &Filter::default()).unwrap();
    assert_eq!(views.len() as u64, entries, "every leaf has its entry");
    let count = |kinds: &[&str]| {
        views.iter().filter(|view| kinds.contains(&view.entry["kind"].as_str().unwrap())).count() as u64
    };
    let (openings, closed) = (count(&["open"]), count(&["close", "sweep"]));
    let manifests = views.iter().filter(|view| view.manifest.is_some()).count() as u64;
    Seen { entries, openings, unclosed: openings - closed, manifests }
}

/// Until the store has said yes or no. Every write may be settled by the same call with the same values.
pub(super) async fn settled<T>(mut call: impl AsyncFnMut() -> Result<T, Fault>) -> Result<T, Why> {
    for _ in 0..200 {
        match call().await {
            Ok(done) => return Ok(done),
            Err(Fault::Rejected(why)) => return Err(why),
            Err(Fault::Unavailable | Fault::Unknown) => {}
        }
    }
    panic!("no answer in 200 calls");
}

type Case = for<'a> fn(&'a Path) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

macro_rules! cases {
    ($($room:ident { $($name:ident)+ })+) => {
        /// Each in a file of its own.
        mod in_a_file {
            $(mod $room {
                $(#[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let dir = tempfile::tempdir().unwrap();
                    std::fs::create_dir(dir.path().join("months")).unwrap();
                    super::super::$room::$name(dir.path()).await;
                })+
            })+
        }

        const CASES: &[(&str, Case)] =
            &[$($((stringify!($name), |dir| Box::pin($room::$name(dir))),)+)+];
    };
}

cases! {
    order {
        an_opening_is_recorded_from_open_to_close_and_what_was_shown_can_be_named_later
        nothing_is_asked_or_disclosed_after_the_close
        an_entry_about_another_opening_source_or_part_is_malformed
        a_disclosure_with_another_manifest_is_a_conflict
        an_opening_nobody_closed_is_swept_as_possibly_shown
        many_unclosed_openings_are_swept_in_one_call
        an_opening_with_more_parts_than_one_entry_can_hold_is_swept_all_the_same
        a_close_after_the_sweep_is_refused
    }
    launch {
        of_a_hundred_who_offer_one_assertion_exactly_one_is_let_in
        an_assertion_is_known_again_after_a_restart_and_its_own_handle_is_settled
        a_handle_opens_once_and_its_second_use_ends_the_session_of_the_first
        an_unknown_or_late_handle_opens_nothing
        all_sessions_of_a_host_end_together_at_most_so_many_by_one_entry
        sessions_end_by_id_host_session_or_browser_with_an_entry_that_lists_them
        a_session_is_put_off_to_its_absolute_end_at_most
        sessions_are_found_by_their_browser_until_somebody_ends_them
        what_outlives_its_time_is_ended_once_with_its_cause
    }
    note {
        a_note_is_found_until_it_ends_and_replaced_by_the_next
        of_a_hundred_who_take_one_note_exactly_one_gets_it
        an_assertion_that_opens_nothing_is_used_once_too
    }
    fleet {
        of_twenty_who_ask_at_once_no_two_are_lent_the_same_place
        what_is_lent_stands_after_a_restart_and_is_lent_again_once_it_is_given_back
        a_wait_that_one_replica_was_asked_for_is_known_to_every_other
    }
    group {
        many_writers_at_once_are_all_in_the_chain_in_order
        the_same_entry_again_is_the_same_receipt_and_another_under_its_key_a_conflict
        one_refusal_in_a_group_leaves_its_neighbours_recorded_without_a_gap
        kinds_that_a_receipt_hangs_on_cannot_be_appended_by_hand
    }
    tree {
        a_checkpoint_says_the_root_over_every_leaf_and_is_made_only_when_the_tree_has_grown
        tiles_and_bundles_are_served_as_far_as_the_checkpoint_goes_and_no_further
        every_entry_covered_by_a_checkpoint_can_be_proven_to_whoever_has_the_logs_key
        a_store_taken_up_again_grows_the_same_tree_over_full_tiles_and_both_sides_of_them
        au24_after_a_rotation_the_old_key_has_signed_the_leaf_that_names_the_new_and_the_new_signs_on
        a_witness_is_added_to_the_checkpoint_it_saw_and_only_by_its_own_hand
        what_is_refused_leaves_no_leaf_in_the_tree
    }
    find {
        au39_a_reading_is_recorded_first_and_is_itself_found
        entries_are_found_by_person_professional_opening_kind_and_day
        au38_a_page_ends_at_500_and_says_where_to_go_on
    }
    more {
        nothing_at_all_is_recorded_by_an_empty_call
        one_entry_is_one_leaf
        two_entries_of_one_call_stand_side_by_side
        a_call_of_255_is_whole
        a_call_of_256_is_whole
        a_call_of_257_is_whole
        a_call_of_1000_is_whole
        a_tree_of_one_leaf_is_signed_and_proven
        a_tree_of_255_leaves_is_signed_and_proven
        a_tree_of_256_leaves_is_signed_and_proven
        a_tree_of_257_leaves_is_signed_and_proven
        a_tree_of_512_leaves_is_signed_and_proven
        a_call_with_one_bad_entry_first_records_none
        a_call_with_one_bad_entry_last_records_none
        the_same_call_twice_gives_the_same_receipts
        a_call_that_overlaps_an_earlier_one_records_what_is_new
        one_key_twice_in_one_call_is_one_entry
        one_key_twice_in_one_call_with_two_contents_is_a_conflict
        a_conflict_is_a_conflict_again_after_a_restart
        receipts_are_the_same_after_a_restart
        a_boot_counts_from_zero_and_names_the_last_leaf
        a_boot_after_an_orderly_stop_says_so
        a_boot_after_no_stop_says_so
        nothing_is_written_after_the_stop
        what_is_read_after_the_stop_is_what_was_written
        a_replica_of_another_name_begins_a_chain_of_its_own
        another_key_does_not_open_the_store
        an_opening_is_opened_once
        an_opening_opened_by_two_at_once_is_one
        an_opening_by_another_professional_is_a_conflict
        a_disclosure_needs_its_opening
        a_hundred_disclosures_at_once_are_each_recorded
        disclosures_recorded_together_are_one_group_and_what_is_malformed_fails_alone
        a_disclosure_at_the_moment_of_the_close_is_before_or_refused
        a_second_close_with_other_content_is_a_conflict
        an_ask_is_recorded_before_its_disclosure
        a_sweep_leaves_closed_openings_alone
        a_sweep_of_nothing_writes_nothing
        two_sweeps_at_once_close_each_opening_once
        a_manifest_of_a_megabyte_comes_back_whole
        a_manifest_that_is_too_large_is_malformed
        text_of_every_script_comes_back_as_it_was
        an_entry_at_the_cap_is_recorded_and_one_over_it_refused
        a_handle_is_used_until_a_moment_before_its_end
        a_handle_redeemed_by_a_hundred_at_once_opens_one_session
        a_session_content_is_amended_with_an_entry_or_not_at_all
        an_amended_session_that_has_ended_is_refused
        sessions_of_one_professional_end_together
        a_note_taken_is_gone
        notes_of_two_kinds_are_two
        consistency_between_every_two_checkpoints_holds
        a_checkpoint_is_the_same_for_everybody_who_asks_at_once
        a_cosignature_of_an_unknown_size_is_refused
        a_query_from_beyond_the_end_is_empty
        a_query_by_a_person_nobody_opened_is_empty
        the_probe_of_a_writable_store_says_so
    }
}

/// At least as many as the papers ask for, on either database.
#[test]
fn au8_the_list_is_long_enough() {
    assert!(CASES.len() >= 80, "{}", CASES.len());
}

/// Each on tables of its own, on one server with its standby.
#[tokio::test(flavor = "multi_thread")]
async fn au8_every_case_holds_on_a_server() {
    let Some(pair) = tokio::task::block_in_place(Pair::start) else { return };
    for (name, case) in CASES {
        let began = std::time::Instant::now();
        let dir = tempfile::tempdir().unwrap();
        tokio::task::block_in_place(|| pair.tables(dir.path()));
        case(dir.path()).await;
        println!("PostgreSQL: {name}: {:?}", began.elapsed());
    }
}
