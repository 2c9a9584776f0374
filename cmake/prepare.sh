# Sourced by ./run and ./test: installs what is missing on Debian 12 and configures build/.
# Sets: build_dir. Never removes or upgrades anything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  g++ cmake ninja-build ccache pkg-config clang libclang-rt-14-dev
  libcaf-dev libsecp256k1-dev libsqlite3-dev libfmt-dev doctest-dev libcereal-dev
  libssl-dev libsodium-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev
  libspdlog-dev libbenchmark-dev librapidcheck-dev libboost-dev libmimalloc-dev valgrind curl
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' \
    || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Not root and no sudo: please install ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

build_dir=build
jobs=${QUORATE_JOBS:-2}

# configure: Release, Ninja. Quiet unless it fails.
configure() {
  if ! cmake -S . -B "$build_dir" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$build_dir.log" 2>&1; then
    cat "$build_dir.log" >&2
    exit 1
  fi
  mv "$build_dir.log" "$build_dir/configure.log"
}
