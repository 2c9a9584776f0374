#include "messages/election_messages.hpp"

#include <doctest/doctest.h>

#include "tests/unit/actors/members_fixture.hpp"

using namespace quorate;
using namespace quorate::messages;
using actors::member;
using actors::Members;
using actors::test_network;

namespace {

LeaderCertificate certificate(const Members& members, const std::vector<std::size_t>& granters) {
  LeaderCertificate c{
      TermNumber{5}, 2, member(1), BitVector{static_cast<std::uint16_t>(members.size())}, {}};
  const Hash256 digest = election_digest(test_network, members.hash(), ElectionKind::grant,
                                         {TermNumber{5}, 2, member(1)});
  for (const std::size_t p : granters) {
    c.granters.set(p);
    c.signatures.push_back(members.notary(p).sign(digest));
  }
  return c;
}

template <class T>
void round_trip(const T& x) {
  const Bytes bytes = encode(x);
  CHECK(decode<T>(bytes).value() == x);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<T>(ByteView{bytes}.first(n)).ok());
  }
}

}  // namespace

TEST_CASE("election messages: decode(encode(x)) == x and every truncation is refused") {
  ElectionRequest request{{TermNumber{5}, 2, member(1)}, {}};
  request.signature.bytes[0] = 9;
  round_trip(request);
  round_trip(ElectionGrant{{TermNumber{5}, 2, member(1)}, member(3), request.signature});
  round_trip(ElectionMessage{request});
  const Members members{{25, 25, 25, 25}};
  round_trip(certificate(members, {0, 1, 2}));
}

TEST_CASE("election messages: golden bytes of a grant and of a digest") {
  ElectionGrant grant{{TermNumber{5}, 2, member(1)}, member(3), {}};
  grant.signature.bytes.fill(0xab);
  CHECK(to_hex(encode(ElectionMessage{grant})) ==
        "01"
        "0000000000000005"
        "00000002"
        "0001"
        "0003" +
            to_hex(grant.signature));
  CHECK(to_hex(election_digest(7, SetHash{}, ElectionKind::grant, grant.candidacy)) ==
        "25d62945f932c650a1b3e722a6416ce6840ca765614db061ea368d8eabb2edc1");
}

TEST_CASE("election digest: every part of it changes it") {
  const Candidacy base{TermNumber{5}, 2, member(1)};
  const Hash256 digest = election_digest(7, SetHash{}, ElectionKind::grant, base);
  SetHash other;
  other.bytes[0] = 1;
  CHECK(election_digest(8, SetHash{}, ElectionKind::grant, base) != digest);
  CHECK(election_digest(7, other, ElectionKind::grant, base) != digest);
  CHECK(election_digest(7, SetHash{}, ElectionKind::request, base) != digest);
  CHECK(election_digest(7, SetHash{}, ElectionKind::grant, {TermNumber{6}, 2, member(1)}) !=
        digest);
  CHECK(election_digest(7, SetHash{}, ElectionKind::grant, {TermNumber{5}, 3, member(1)}) !=
        digest);
  CHECK(election_digest(7, SetHash{}, ElectionKind::grant, {TermNumber{5}, 2, member(2)}) !=
        digest);
}

TEST_CASE("leader certificate: 66 of 100 is refused, 67 verifies") {
  const Members members{{33, 33, 1, 33}};
  CHECK(verify(certificate(members, {0, 1}), members.set, test_network).code() ==
        Errc::certificate_too_light);
  CHECK(verify(certificate(members, {0, 1, 2}), members.set, test_network).ok());
}

TEST_CASE("leader certificate: shape and signatures are checked") {
  const Members members{{25, 25, 25, 25}};
  LeaderCertificate bad = certificate(members, {0, 1, 2});
  bad.signatures.push_back({});
  CHECK(verify(bad, members.set, test_network).code() == Errc::certificate_wrong_shape);
  bad = certificate(members, {0, 1, 2});
  bad.granters = BitVector{3};
  CHECK(verify(bad, members.set, test_network).code() == Errc::certificate_wrong_shape);
  bad = certificate(members, {0, 1, 2});
  ++bad.epoch;
  CHECK(verify(bad, members.set, test_network).code() == Errc::certificate_bad_signature);
}

TEST_CASE("election order: everybody stands in it once, and weight decides who comes first") {
  const Members members{{60, 30, 10}};
  std::vector<int> first(3);
  for (std::uint32_t epoch = 0; epoch < 1000; ++epoch) {
    const auto order = election_order(members.set, members.hash(), TermNumber{5}, epoch);
    REQUIRE(order.size() == 3);
    CHECK(order[0] != order[1]);
    CHECK(order[1] != order[2]);
    CHECK(order[0] != order[2]);
    ++first[order[0].value];
  }
  // Four standard deviations around 600, 300 and 100.
  CHECK(std::abs(first[0] - 600) < 62);
  CHECK(std::abs(first[1] - 300) < 58);
  CHECK(std::abs(first[2] - 100) < 38);
}
