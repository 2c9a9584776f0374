#include "actors/replica_neighbour.hpp"

#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;
using namespace quorate::actors::replica;

namespace {

const Instant start{seconds(100).us};
SlotKey key(std::uint32_t slot, std::uint32_t generation = 1) {
  return {GenerationId{generation}, ChunkSlot{slot}};
}

}  // namespace

TEST_CASE("neighbour: messages and bytes of one second are limited, the first excess is told") {
  Config config = plain_config(1);
  config.budget = {3, 100};
  Neighbour n{config};
  for (int i = 0; i < 3; ++i) CHECK(n.admit(start, 1) == Neighbour::Admission::taken);
  CHECK(n.admit(start, 1) == Neighbour::Admission::first_excess);
  CHECK(n.admit(start, 1) == Neighbour::Admission::excess);
  CHECK(n.admit(start + seconds(1), 100) == Neighbour::Admission::taken);
  CHECK(n.admit(start + seconds(1), 1) == Neighbour::Admission::first_excess);
  CHECK(n.admit(start + seconds(2), 101) == Neighbour::Admission::first_excess);
  CHECK(n.admit(start + seconds(3), 50) == Neighbour::Admission::taken);
  n.charge(51);  // What it made us send counts as well.
  CHECK(n.admit(start + seconds(3), 0) == Neighbour::Admission::excess);
}

TEST_CASE("neighbour: an offender has an eighth of the budget until it is forgiven") {
  Config config = plain_config(1);
  config.budget = {16, 1'000};
  config.throttle_at = 2;
  Neighbour n{config};
  n.offences().add(Errc::bad_signer);
  CHECK(n.offences().add(Errc::chunk_too_big) == 2);
  CHECK(n.admit(start, 1) == Neighbour::Admission::taken);
  CHECK(n.admit(start, 1) == Neighbour::Admission::taken);
  CHECK(n.admit(start, 1) == Neighbour::Admission::first_excess);
  n.offences().forgive_one();
  CHECK(n.admit(start, 1) == Neighbour::Admission::taken);
  CHECK(n.offences().counts().at(Errc::bad_signer) == 1);
}

TEST_CASE("neighbour: what is told later is told once, and then repeated as everything is") {
  Config config = plain_config(1);
  config.loose_wait = seconds(2);
  Neighbour n{config};
  CHECK(n.tell_later(start, key(1)) == start + seconds(2));
  // A second change within the wait comes along with the first.
  CHECK(n.tell_later(start + seconds(1), key(1)) == start + seconds(2));
  CHECK(n.due(start + milliseconds(1'999)).empty());
  CHECK(n.due(start + seconds(2)) == std::vector<SlotKey>{key(1)});
  CHECK(n.next_due() == start + milliseconds(2'200));
  // What changes before the acknowledgement goes out with the repetition.
  CHECK(n.tell_later(start + milliseconds(2'100), key(1)) == start + milliseconds(2'200));
  n.acknowledged(key(1));
  CHECK_FALSE(n.next_due().has_value());
}

TEST_CASE("neighbour: repetitions come at 200, 400, 800 ms and end after the last try") {
  Config config = plain_config(1);
  config.max_tries = 3;
  Neighbour n{config};
  CHECK(n.await_ack(start, key(1)) == start + milliseconds(200));
  CHECK(n.due(start + milliseconds(199)).empty());
  CHECK(n.due(start + milliseconds(200)) == std::vector<SlotKey>{key(1)});
  CHECK(n.next_due() == start + milliseconds(600));
  CHECK(n.due(start + milliseconds(600)) == std::vector<SlotKey>{key(1)});
  CHECK(n.next_due() == start + milliseconds(1'400));
  CHECK(n.due(start + milliseconds(1'400)).empty());
  CHECK_FALSE(n.next_due().has_value());
}

TEST_CASE(
    "neighbour: an acknowledgement, a newer telling and a wish for slowness change what is due") {
  const Config config = plain_config(1);
  Neighbour n{config};
  static_cast<void>(n.await_ack(start, key(1)));
  static_cast<void>(n.await_ack(start, key(2)));
  n.acknowledged(key(1));
  static_cast<void>(n.await_ack(start + milliseconds(100), key(2)));
  CHECK(n.due(start + milliseconds(250)).empty());
  n.postpone(start + seconds(1));
  CHECK(n.next_due() == start + seconds(1));
  n.forget(GenerationId{1});
  CHECK_FALSE(n.next_due().has_value());
}

TEST_CASE("neighbour: chunks that came too early wait within limits, and not for ever") {
  Config config = plain_config(1);
  config.max_parked_per_peer = 2;
  config.max_parked_bytes_per_peer = 10;
  Neighbour n{config};
  const auto soon = plain_contract(2);
  const auto later = plain_contract(3);
  CHECK(n.park(start, soon->sign(0, 1, Bytes(6))) == Neighbour::Parking::parked);
  CHECK(n.park(start, soon->sign(0, 1, Bytes(6))) == Neighbour::Parking::parked);  // The same.
  CHECK(n.park(start, soon->sign(1, 1, Bytes(5))) == Neighbour::Parking::full);
  CHECK(n.park(start + seconds(30), later->sign(1, 1, Bytes(4))) == Neighbour::Parking::parked);
  CHECK(n.park(start, later->sign(2, 1, {})) == Neighbour::Parking::full);
  CHECK(n.unpark(soon->address()).size() == 1);
  CHECK(n.unpark(soon->address()).empty());
  n.expire_parked(start + seconds(90));
  CHECK(n.unpark(later->address()).empty());
}

TEST_CASE("neighbour: remembers what the peer holds, generation by generation") {
  const Config config = plain_config(1);
  Neighbour n{config};
  SlotEntry entry;
  entry.version = ChunkVersion{4};
  CHECK(n.known(key(1)) == SlotEntry{});
  n.learn(key(1), 3, entry);
  CHECK(n.known(key(1)) == entry);
  CHECK(n.known(key(2)) == SlotEntry{});
  CHECK(n.known(key(1, 2)) == SlotEntry{});
  CHECK(n.inventory(GenerationId{1}, 3)[1] == entry);
  CHECK(n.inventory(GenerationId{2}, 3) == std::vector<SlotEntry>(3));
}
