# Shared by the scripts; sourced with the project's root as the working directory.

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'dev: %s\n' "$*" >&2; exit 1; }

# Every C++ file of the project, NUL-separated, committed or not.
cpp_files() {
  find src simulator tests bench -name node_modules -prune -o \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z
}
