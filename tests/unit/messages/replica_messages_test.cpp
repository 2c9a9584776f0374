#include "messages/replica_messages.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;
using namespace quorate::messages;

namespace {

DbAddress address() {
  DbAddress db{{"SP.x"}, 5, {}};
  db.set.bytes[0] = 0xaa;
  return db;
}
const std::string address_hex =
    "0004" "53502e78" "0000000000000005" "aa" + std::string(62, '0');

SlotEntry entry() { return {ChunkVersion{3}, ZeroBits{4}, ChunkMark{{1, 2, 3, 4, 5, 6, 7, 8}}, 9}; }
const std::string entry_hex = "0000000000000003" "0004" "0102030405060708" "00000009";

Chunk chunk() {
  Chunk c{address(), ChunkSlot{2}, ChunkVersion{3}, {SharedBytes{Bytes{0xde, 0xad}}}, {}};
  c.signature.bytes[0] = 1;
  return c;
}

struct Golden {
  ReplicaMessage message;
  std::string hex;
};
std::vector<Golden> goldens() {
  Hash256 digest;
  digest.bytes[31] = 0x77;
  const std::string digest_hex = std::string(62, '0') + "77";
  const NodeDigest node{{1, 6}, digest};
  const std::string node_hex = "01" "00000006" + digest_hex;
  return {
      {Announce{address(), {{ChunkSlot{2}, entry()}}},
       "00" + address_hex + "00000001" "00000002" + entry_hex},
      {Push{chunk(), Origin::here, Audience::members}, "01" + address_hex + "00000002" "0000000000000003" "00000002"
                                        "dead" "01" + std::string(128, '0') + "0101"},
      {Ack{address(), {{AckKind::heard, {ChunkSlot{2}, entry()}}}},
       "02" + address_hex + "00000001" "01" "00000002" + entry_hex},
      {Pull{address(), {ChunkSlot{2}, ChunkSlot{256}}},
       "03" + address_hex + "00000002" "00000002" "00000100"},
      {Compare{address(), Attention::loose, {node}},
       "04" + address_hex + "01" + "00000001" + node_hex},
      {Range{address(), node, {entry()}}, "05" + address_hex + node_hex + "00000001" + entry_hex},
      {Nack{address(), ChunkSlot{2}, NackReason::too_big},
       "06" + address_hex + "01" "00000002" "04"},
      {Nack{address(), std::nullopt, NackReason::too_fast}, "06" + address_hex + "00" "07"}};
}

}  // namespace

TEST_CASE("replica messages: golden encodings, decoded to themselves, with their exact size") {
  for (const Golden& golden : goldens()) {
    const Bytes wire = encode(golden.message);
    CHECK(to_hex(wire) == golden.hex);
    CHECK(decode<ReplicaMessage>(wire).value() == golden.message);
    CHECK(wire_size(golden.message) == wire.size());
  }
}

TEST_CASE("replica messages: every truncation and a trailing byte are refused") {
  for (const Golden& golden : goldens()) {
    Bytes wire = encode(golden.message);
    for (std::size_t n = 0; n < wire.size(); ++n) {
      CHECK(decode<ReplicaMessage>(ByteView{wire}.first(n)).code() == Errc::truncated);
    }
    wire.push_back(0);
    CHECK(decode<ReplicaMessage>(wire).code() == Errc::trailing_bytes);
  }
}

TEST_CASE("replica messages: counts and enumerations beyond their bounds are refused") {
  const auto with_count = [](const ReplicaMessage& message, std::uint32_t count) {
    Bytes wire = encode(message);
    put_be(wire.data() + wire.size() - 4, count);  // An empty list is the last field.
    return decode<ReplicaMessage>(wire).code();
  };
  CHECK(with_count(Announce{address(), {}}, 257) == Errc::length_out_of_bounds);
  CHECK(with_count(Announce{address(), {}}, 256) == Errc::truncated);
  CHECK(with_count(Ack{address(), {}}, 257) == Errc::length_out_of_bounds);
  CHECK(with_count(Pull{address(), {}}, 17) == Errc::length_out_of_bounds);
  CHECK(with_count(Compare{address(), {}, {}}, 17) == Errc::length_out_of_bounds);
  Bytes push = encode(ReplicaMessage{Push{chunk()}});
  push.back() = 2;
  CHECK(decode<ReplicaMessage>(push).code() == Errc::bad_enum);
  push.back() = 1;
  push[push.size() - 2] = 2;
  CHECK(decode<ReplicaMessage>(push).code() == Errc::bad_enum);
  Bytes compare = encode(ReplicaMessage{Compare{address(), {}, {}}});
  compare[compare.size() - 5] = 2;
  CHECK(decode<ReplicaMessage>(compare).code() == Errc::bad_enum);
  Bytes nack = encode(ReplicaMessage{Nack{address(), std::nullopt, NackReason::too_fast}});
  nack.back() = 8;
  CHECK(decode<ReplicaMessage>(nack).code() == Errc::bad_enum);
  CHECK(decode<ReplicaMessage>(Bytes{7}).code() == Errc::bad_enum);
}

TEST_CASE("replica messages: the largest push fits the frame limit, a larger one is refused") {
  Chunk big = chunk();
  big.db.contract.text = std::string(171, 'x');
  big.content = {SharedBytes{Bytes(max_chunk_bytes)}};
  const Bytes wire = encode(ReplicaMessage{Push{big}});
  CHECK(wire.size() <= max_replica_message_bytes);
  CHECK(decode<ReplicaMessage>(wire).ok());
}
