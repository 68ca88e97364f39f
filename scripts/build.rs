//! What the program is linked with: packed relocations, and a look at the CPU before anything else runs.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=scripts/build.rs");
    println!("cargo:rerun-if-changed=src/cpu.c");
    // Unpacked, relative relocations are 9 MB that are read whole at every start and stay in memory from then on. The
    // dynamic linker of glibc knows the packed form from 2.36 on.
    if packed_relocations_are_known() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if features.split(',').any(|feature| feature == "avx2") {
        let objects = cc::Build::new()
            .file("src/cpu.c")
            .flag("-march=x86-64")
            .compile_intermediates();
        for object in objects {
            println!("cargo:rustc-link-arg-bins={}", object.display());
        }
    }
}

/// `getconf` answers `glibc 2.36`; where it does not, the program is linked as ever.
fn packed_relocations_are_known() -> bool {
    let Ok(answer) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else {
        return false;
    };
    let answer = String::from_utf8_lossy(&answer.stdout);
    let Some((major, minor)) = answer
        .trim()
        .strip_prefix("glibc ")
        .and_then(|version| version.split_once('.'))
    else {
        return false;
    };
    matches!((major.parse::<u32>(), minor.parse::<u32>()), (Ok(2), Ok(minor)) if minor >= 36)
}
