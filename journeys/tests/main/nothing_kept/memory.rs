//! What is left of a page in the process's memory after it was told: counted, as whoever is root over the machine could, and not claimed to be
//! nothing.

use super::Stage;
use journeys::{apart, demo::Demo, gateway::Gateway, kept::Scan};
use std::time::Duration;

/// After the reader has gone.
const LATER: Duration = Duration::from_secs(5);

/// How many marks stand in its memory, and how many bytes that is. `None`: it may not be read.
fn counted(gateway: &Gateway, scan: &Scan) -> Option<(usize, usize)> {
    let maps = gateway.told_by_the_system("maps");
    let (mut marks, mut bytes) = (0, 0);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        // What cannot be written holds what the program was built of.
        if !rights.starts_with("rw") {
            continue;
        }
        let Some((from, to)) = range.split_once('-') else { continue };
        let at = |text| u64::from_str_radix(text, 16).ok();
        let (from, to) = (at(from)?, at(to)?);
        let piece = gateway.memory(from, to)?;
        marks += scan.count(&piece);
        bytes += piece.len();
    }
    (bytes > 0).then_some((marks, bytes))
}

async fn left(stage: &Stage, scan: &Scan, gateway: &Gateway) -> Option<(usize, usize)> {
    stage.open("none").await;
    tokio::time::sleep(LATER).await;
    counted(gateway, scan)
}

#[tokio::test]
async fn what_is_left_of_a_page_in_memory_is_counted() {
    let stage = Stage::set(Demo::program()).await;
    let scan = Scan::new(&stage.demo.ready.marks());
    let gateway = stage.place.start().await;
    let Some((before, _)) = counted(&gateway, &scan) else {
        return apart::say_left_out("memory: only root over the machine may read it");
    };
    assert_eq!(before, 0, "nothing was asked yet");
    for pages in 1..=3 {
        let (marks, bytes) = left(&stage, &scan, &gateway).await.expect("it could be read before");
        println!("memory: {marks} marks in {bytes} bytes, 5 s after page {pages}");
    }
    gateway.end("TERM");
}

#[tokio::test]
async fn what_a_program_keeps_in_memory_on_purpose_is_counted() {
    let Some(program) = super::leaky() else { return };
    let stage = Stage::set(program).await;
    let scan = Scan::new(&stage.demo.ready.marks());
    let gateway = stage.place.start().await;
    if counted(&gateway, &scan).is_none() {
        return apart::say_left_out("memory: only root over the machine may read it");
    }
    let (marks, bytes) = left(&stage, &scan, &gateway).await.expect("it could be read before");
    println!("memory of the control: {marks} marks in {bytes} bytes");
    assert!(marks > 0, "what is kept on purpose was not counted");
    gateway.end("KILL");
    super::sweep_shared_memory();
}
