#include "consensus/own_contract.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;

namespace {

crypto::SecretKey key(const std::string& name) {
  return crypto::SecretKey::derive("quorate/test-own-db", as_bytes(name));
}
OwnDb notes(ChunkDigest digest = ChunkDigest::bound) {
  OwnDb db;
  db.contract.text = "ST000000000000000000002AMW42H.notes";
  db.owners = {{key("amber").public_key(), 2}, {key("birch").public_key(), 1}};
  db.limits = {100, 5};
  db.digest = digest;
  return db;
}
ChunkMeta meta_of(const Chunk& chunk) {
  return {chunk.version, crypto::sha512_256(chunk.content.bytes.view()), chunk.signature};
}
Chunk signed_by(const std::string& name, const ControllingContract& contract, std::uint32_t slot) {
  return sign_chunk(contract.network_id(), contract.address(), ChunkSlot{slot}, ChunkVersion{1},
                    SharedBytes{Bytes{1, 2}}, key(name));
}

}  // namespace

TEST_CASE("own contract: slots are given out in the order of the owners") {
  const auto contract = own_contract(7, notes());
  REQUIRE(contract.ok());
  CHECK((*contract)->slot_count() == 3);
  CHECK((*contract)->owner(ChunkSlot{1}).value() == key("amber").public_key());
  CHECK((*contract)->owner(ChunkSlot{2}).value() == key("birch").public_key());
  CHECK((*contract)->owner(ChunkSlot{3}).code() == Errc::no_such_slot);
  CHECK((*contract)->limits(ChunkSlot{2}).value() == SlotLimits{100, 5});
  CHECK((*contract)->limits(ChunkSlot{3}).code() == Errc::no_such_slot);
}

TEST_CASE("own contract: it is always current and never garbage") {
  const auto contract = own_contract(7, notes()).value();
  for (const std::uint64_t height : {std::uint64_t{0}, UINT64_MAX}) {
    CHECK(contract->is_current(BurnHeight{height}));
    CHECK_FALSE(contract->garbage_collect(BurnHeight{height}));
    CHECK_FALSE(contract->is_garbage(BurnHeight{height}, ChunkSlot{0}, {}));
    CHECK_FALSE(contract->is_closed(BurnHeight{height}));
  }
}

TEST_CASE("own contract: a slot takes its owner's signature over this array, and no other") {
  const auto contract = own_contract(7, notes()).value();
  const auto other = own_contract(8, notes()).value();
  CHECK(contract->auth_write(ChunkSlot{1}, meta_of(signed_by("amber", *contract, 1))).ok());
  CHECK(contract->auth_write(ChunkSlot{2}, meta_of(signed_by("amber", *contract, 2))).code() ==
        Errc::bad_signer);
  CHECK(contract->auth_write(ChunkSlot{0}, meta_of(signed_by("amber", *contract, 1))).code() ==
        Errc::bad_signer);
  CHECK(contract->auth_write(ChunkSlot{1}, meta_of(signed_by("amber", *other, 1))).code() ==
        Errc::bad_signer);
  CHECK(contract->auth_write(ChunkSlot{3}, {}).code() == Errc::no_such_slot);
}

TEST_CASE("own contract: with the old digest a signature names slot, version and content alone") {
  const auto contract = own_contract(7, notes(ChunkDigest::legacy)).value();
  ChunkMeta meta{ChunkVersion{9}, crypto::sha512_256(Bytes{5}), {}};
  meta.signature = crypto::sign_recoverable(
      key("amber"), legacy_chunk_digest(ChunkSlot{1}, meta.version, meta.content_hash));
  CHECK(contract->auth_write(ChunkSlot{1}, meta).ok());
  CHECK(contract->auth_write(ChunkSlot{0}, meta).code() == Errc::bad_signer);
  meta.version = ChunkVersion{9 + (std::uint64_t{1} << 32)};  // The same low 32 bits.
  CHECK(contract->auth_write(ChunkSlot{1}, meta).code() == Errc::bad_signer);
}

TEST_CASE("own contract: whatever is declared differently is another array") {
  const SetHash set = own_db_address(7, notes()).set;
  CHECK(own_db_address(8, notes()).set != set);
  CHECK(own_db_address(7, notes(ChunkDigest::legacy)).set != set);
  OwnDb changed = notes();
  changed.limits.chunk_bytes = 101;
  CHECK(own_db_address(7, changed).set != set);
  changed = notes();
  changed.owners[1].slots = 2;
  CHECK(own_db_address(7, changed).set != set);
}

TEST_CASE("own contract: declarations that fit nothing are refused") {
  OwnDb db = notes();
  db.owners.clear();
  CHECK(own_contract(7, db).code() == Errc::set_does_not_fit);
  db = notes();
  db.owners[0].slots = 0;
  CHECK(own_contract(7, db).code() == Errc::set_does_not_fit);
  db.owners[0].slots = max_own_slots - 1;
  CHECK(own_contract(7, db).ok());
  db.owners[0].slots = max_own_slots;
  CHECK(own_contract(7, db).code() == Errc::set_does_not_fit);
  db.owners[0].slots = UINT32_MAX;
  CHECK(own_contract(7, db).code() == Errc::set_does_not_fit);
  db = notes();
  db.owners[0].key = {};
  CHECK(own_contract(7, db).code() == Errc::set_does_not_fit);
  db = notes();
  db.limits.chunk_bytes = max_chunk_bytes + 1;
  CHECK(own_contract(7, db).code() == Errc::chunk_too_big);
}

TEST_CASE("own contract: the old digest, golden") {
  // Layout: slot 4, version 4, content hash 32; H is SHA-512/256.
  Bytes text{0, 0, 0, 1, 0, 0, 0, 2};
  const Hash256 content = crypto::sha512_256(Bytes{});
  append(text, content.view());
  CHECK(legacy_chunk_digest(ChunkSlot{1}, ChunkVersion{2}, content) == crypto::sha512_256(text));
}
