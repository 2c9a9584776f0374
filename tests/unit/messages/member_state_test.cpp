// What stands in members' signing and candidate slots: field order on the wire and refusals.
#include "messages/member_state.hpp"

#include <doctest/doctest.h>

#include "tests/unit/consensus/codec_checks.hpp"
#include "tests/unit/messages/state_samples.hpp"

using namespace quorate;
using namespace quorate::messages;

namespace {

AnnouncementOffer sample_offer() {
  AnnouncementOffer offer;
  offer.term = TermNumber{8};
  offer.cycle = CycleNumber{2};
  offer.height = BlockHeight{77};
  offer.block = test::filled<BlockId>(0x51);
  offer.counter = 3;
  offer.unsigned_transaction.bytes = {0x01, 0x02};
  offer.spent = {{Sats{1'000}, {Bytes{0x51}}}};
  return offer;
}

MemberState sample_state() {
  MemberState state;
  state.epoch = 4;
  state.leader = LeaderCertificate{TermNumber{8}, 4, MemberIndex{1}, BitVector{2},
                                   {test::filled<crypto::SchnorrSignature>(0x52)}};
  state.leader->granters.set(1);
  state.keygen = test::sample_keygen_state();
  state.agreements.push_back({});
  state.signing = test::sample_signing_state();
  state.offer = sample_offer();
  state.foreign_requests.push_back(state.signing->requests[0]);
  return state;
}

CandidateBlock sample_candidate() {
  CandidateBlock candidate;
  candidate.view = {3, 1};
  candidate.seal = consensus::GroupSeal{test::filled<crypto::SchnorrSignature>(0x53), BitVector{2},
                                        {test::filled<crypto::SchnorrSignature>(0x54)}};
  candidate.seal->bits.set(0);
  return candidate;
}

std::string hex_of(const auto& part) { return to_hex(encode(part)); }

}  // namespace

TEST_CASE("announcement offer: golden bytes") {
  CHECK(hex_of(sample_offer()) == "0000000000000008" "0000000000000002" "000000000000004d" +
                                      to_hex(test::filled<BlockId>(0x51)) +
                                      "00000003" "00000002" "0102" "00000001" "00000000000003e8"
                                      "00000001" "51");
}

TEST_CASE("member state: its parts follow each other, absent ones as one zero byte") {
  const MemberState s = sample_state();
  CHECK(hex_of(s) == "00000004" "01" + hex_of(*s.leader) + "01" + hex_of(*s.keygen) + "00000001" +
                         hex_of(s.agreements[0]) + "01" + hex_of(*s.signing) + "01" +
                         hex_of(*s.offer) + "00000001" + hex_of(s.foreign_requests[0]));
  CHECK(hex_of(MemberState{}) == "00000000" "00" "00" "00000000" "00" "00" "00000000");
}

TEST_CASE("candidate block: the block, the view, and the seal once producers have signed") {
  const CandidateBlock c = sample_candidate();
  CHECK(hex_of(c) == hex_of(c.block) + "00000003" "00000001" "01" + hex_of(*c.seal));
}

TEST_CASE("member state, candidate block, offer: truncation and trailing bytes are refused") {
  consensus::testing::check_codec(sample_offer());
  consensus::testing::check_codec(sample_state());
  consensus::testing::check_codec(sample_candidate());
}

TEST_CASE("member state: one instance more than may be published is refused") {
  Bytes bytes;
  Writer writer{bytes};
  writer.put(std::uint32_t{0}).put(std::uint8_t{0}).put(std::uint8_t{0});
  writer.put(static_cast<std::uint32_t>(max_published_instances + 1));
  for (std::size_t i = 0; i <= max_published_instances; ++i) writer.put(AgreementState{});
  CHECK(decode<MemberState>(bytes).code() == Errc::length_out_of_bounds);
}
