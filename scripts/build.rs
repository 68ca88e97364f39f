//! What the program is linked with: packed relocations, and a look at the CPU before anything else runs.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=scripts/build.rs");
    println!("cargo:rerun-if-changed=src/cpu.c");
    // Unpacked, relative relocations are 9 MB that are read whole at every start and stay in memory from then on. The
    // dynamic linker of glibc knows the packed form from 2.36 on.
    if packed_relocations_are_known() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    // Generic code comes out the same for many types; folded, the program is a few megabytes smaller. Nothing here compares
    // the addresses of functions.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && lld_links() {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
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

/// rustc brings its own lld for this target and uses it unless it was told otherwise; other linkers do not know the option.
fn lld_links() -> bool {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    let told_otherwise = env::var("CARGO_ENCODED_RUSTFLAGS")
        .is_ok_and(|flags| flags.contains("linker") || flags.contains("fuse-ld"));
    if told_otherwise || env::var("TARGET").as_deref() != Ok(TARGET) {
        return false;
    }
    let Some(rustc) = env::var_os("RUSTC") else {
        return false;
    };
    let Ok(answer) = Command::new(rustc).args(["--print", "sysroot"]).output() else {
        return false;
    };
    let sysroot = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    Path::new(&sysroot)
        .join("lib/rustlib")
        .join(TARGET)
        .join("bin/gcc-ld/ld.lld")
        .exists()
}
