// An election message or leader certificate that decodes has one encoding, and judging one never
// fails.
#include "messages/election_messages.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto message = decode<messages::ElectionMessage>(bytes);
  if (message.ok()) ASSERT(encode(*message) == to_bytes(bytes));
  const auto certificate = decode<messages::LeaderCertificate>(bytes);
  if (certificate.ok()) {
    ASSERT(encode(*certificate) == to_bytes(bytes));
    consensus::SignerSet set;
    set.total_slots = 2;
    set.members.resize(2);
    set.members[0].slots.push_back(SlotIndex{0});
    set.members[1].slots.push_back(SlotIndex{1});
    (void)messages::verify(*certificate, set, 1);
  }
  return 0;
}
