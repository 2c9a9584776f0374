#include "runtime/frost/secret_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"

using namespace quorate;
using namespace quorate::frost;
namespace fs = std::filesystem;

namespace {

const ByteView secret = as_bytes("thirty-two bytes nobody may read");
const ByteView open_part = as_bytes("amber");

/// A folder of its own, removed at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("quorate_frost_" + to_hex(fresh_randomness()));
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
};

bool same(const SecretBytes& a, ByteView b) {
  return std::equal(a.view().begin(), a.view().end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("seal_with_passphrase: only the same passphrase and public part open it") {
  const Bytes sealed =
      seal_with_passphrase(as_bytes("pass"), PassphraseCost::interactive, open_part, secret);
  const auto opened = open_with_passphrase(as_bytes("pass"), open_part, sealed);
  REQUIRE(opened.ok());
  CHECK(same(*opened, secret));
  CHECK(open_with_passphrase(as_bytes("Pass"), open_part, sealed).code() == Errc::passphrase_wrong);
  CHECK(open_with_passphrase(as_bytes("pass"), as_bytes("birch"), sealed).code() ==
        Errc::passphrase_wrong);
  Bytes damaged = sealed;
  damaged.back() ^= 1;
  CHECK(open_with_passphrase(as_bytes("pass"), open_part, damaged).code() ==
        Errc::passphrase_wrong);
}

TEST_CASE(
    "open_with_passphrase: a file cannot ask for unlimited memory, and may not be cut short") {
  Bytes sealed =
      seal_with_passphrase(as_bytes("pass"), PassphraseCost::interactive, open_part, secret);
  const ByteView cut = ByteView{sealed}.first(31);
  CHECK(open_with_passphrase(as_bytes("pass"), open_part, cut).code() == Errc::document_malformed);
  sealed[24] = 0xff;  // memory, its highest byte
  CHECK(open_with_passphrase(as_bytes("pass"), open_part, sealed).code() ==
        Errc::document_malformed);
}

TEST_CASE("seal_with_key: only the same key, purpose and public part open it") {
  const crypto::SecretKey key = crypto::SecretKey::derive("quorate/test-file", open_part);
  const crypto::SecretKey other = crypto::SecretKey::derive("quorate/test-file", secret);
  const Bytes sealed = seal_with_key(key, "shares", open_part, secret);
  CHECK(same(open_with_key(key, "shares", open_part, sealed).value(), secret));
  CHECK(open_with_key(other, "shares", open_part, sealed).code() == Errc::unreadable_box);
  CHECK(open_with_key(key, "state", open_part, sealed).code() == Errc::unreadable_box);
  CHECK(open_with_key(key, "shares", as_bytes("birch"), sealed).code() == Errc::unreadable_box);
  CHECK(seal_with_key(key, "shares", open_part, secret) != sealed);
}

TEST_CASE("create_file refuses what exists, replace_file replaces it, owners only when asked") {
  const Folder folder;
  const std::string path = folder.file("a");
  REQUIRE(create_file(path, "one", Privacy::owner_only).ok());
  CHECK((fs::status(path).permissions() & fs::perms::others_read) == fs::perms::none);
  CHECK(create_file(path, "two", Privacy::open).code() == Errc::file_exists);
  CHECK(read_file(path).value() == "one");
  CHECK(replace_file(path, "three", Privacy::owner_only).ok());
  CHECK(read_file(path).value() == "three");
  CHECK_FALSE(file_exists(path + ".new"));
  CHECK(read_file(folder.file("absent")).code() == Errc::cannot_read_file);
  CHECK(replace_file(folder.file("no/folder"), "x", Privacy::open).code() ==
        Errc::cannot_write_file);
}

TEST_CASE("FileLock: a second holder is refused until the first lets go") {
  const Folder folder;
  {
    const auto held = FileLock::take(folder.file("nonces"));
    REQUIRE(held.ok());
    CHECK(FileLock::take(folder.file("nonces")).code() == Errc::file_in_use);
  }
  CHECK(FileLock::take(folder.file("nonces")).ok());
}

TEST_CASE("read_passphrase: the first line of a file; an empty one is none") {
  const Folder folder;
  REQUIRE(create_file(folder.file("p"), "open sesame\nnot this\n", Privacy::owner_only).ok());
  REQUIRE(create_file(folder.file("empty"), "\n", Privacy::owner_only).ok());
  CHECK(same(read_passphrase(folder.file("p"), "").value(), as_bytes("open sesame")));
  CHECK(read_passphrase(folder.file("empty"), "").code() == Errc::passphrase_missing);
  CHECK(read_passphrase(folder.file("absent"), "").code() == Errc::cannot_read_file);
}
