#include "crypto/frost_dealing.hpp"

#include "frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

Error refusal(const KeygenConfig& config, Bytes bytes) {
  const Result<DealingRef> parsed = parse_dealing(config, SharedBytes{std::move(bytes)});
  REQUIRE_FALSE(parsed.ok());
  return parsed.error();
}

}  // namespace

TEST_CASE("dealing: its length is 145 + 33T + 32(N - w) + 16(P - 1)") {
  const KeygenConfig config = config_of({12, 9, 7, 5, 4, 2, 1}, 27);
  for (std::uint16_t p = 0; p < 7; ++p) {
    const MemberIndex me{p};
    const std::size_t expected = 145 + 33 * 27 + 32 * (40 - config.weight(me).value) + 16 * 6;
    CHECK(dealing_size(config, me) == expected);
    CHECK(deal(config, me, host_key(p), random32(1, p)).value().bytes.size() == expected);
  }
}

TEST_CASE("deal: the same randomness gives the same bytes, other randomness others") {
  const KeygenConfig config = config_of({2, 2, 1}, 4);
  const Bytes first = deal(config, MemberIndex{1}, host_key(1), random32(1, 1))->bytes.get();
  CHECK(first == deal(config, MemberIndex{1}, host_key(1), random32(1, 1))->bytes.get());
  CHECK(first != deal(config, MemberIndex{1}, host_key(1), random32(9, 1))->bytes.get());
  // Frozen: a restarted member must deal what its predecessor dealt.
  CHECK(to_hex(sha512_256(first)) ==
        "16638c507cebfb4d57ca007fef126055d41d1a3ad6b1cf95fcb1aa9fbaf7639c");
}

TEST_CASE("deal: refused with a key that is not the member's") {
  const KeygenConfig config = config_of({2, 1}, 2);
  CHECK(deal(config, MemberIndex{0}, host_key(1), Hash256{}).code() == Errc::not_a_signer);
  CHECK(deal(config, MemberIndex{2}, host_key(2), Hash256{}).code() == Errc::not_a_signer);
}

TEST_CASE("deal: every box holds values of one polynomial through the commitments") {
  const KeygenConfig config = scattered_config_of({3, 2, 2}, 5);
  const OwnDealing own = deal(config, MemberIndex{0}, host_key(0), random32(1, 0)).value();
  const DealingRef dealing = parse_dealing(config, own.bytes).value();
  const std::vector<Point> values = extend_evaluations(dealing->commitments(), config.slots());
  for (std::uint16_t q = 0; q < 3; ++q) {
    std::vector<SecretScalar> opened;
    if (q != 0) opened = open_box(config, *dealing, MemberIndex{q}, host_key(q)).value();
    const std::vector<SecretScalar>& shares = q == 0 ? own.own_shares : opened;
    const std::vector<SlotIndex>& ids = config.party(MemberIndex{q}).ids;
    REQUIRE(shares.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CHECK(shares[i].public_key() == values[ids[i].value + 1].serialize());
    }
  }
}

TEST_CASE("deal: thresholds 1 and N") {
  for (const std::uint32_t t : {1u, 5u}) {
    const KeygenConfig config = config_of({3, 2}, t);
    const Generation g{config};
    CHECK(g.group().public_shares().size() == 5);
  }
}

TEST_CASE("parse_dealing: every cut and every extra byte is refused") {
  const KeygenConfig config = config_of({2, 1}, 2);
  const Bytes good = deal(config, MemberIndex{0}, host_key(0), Hash256{})->bytes.get();
  REQUIRE(parse_dealing(config, SharedBytes{good}).ok());
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK(refusal(config, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n))) ==
          Errc::bad_dealing);
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK(refusal(config, longer) == Errc::bad_dealing);
}

TEST_CASE("parse_dealing: wrong header fields are refused by name") {
  const KeygenConfig config = config_of({2, 1}, 2);
  const Bytes good = deal(config, MemberIndex{0}, host_key(0), Hash256{})->bytes.get();
  const auto changed = [&](std::size_t at) {
    Bytes bytes = good;
    bytes[at] ^= 1;
    return refusal(config, std::move(bytes));
  };
  CHECK(changed(0) == Errc::bad_dealing);    // magic
  CHECK(changed(3) == Errc::bad_dealing);    // version
  CHECK(changed(4) == Errc::wrong_keygen);   // cid
  CHECK(changed(36) == Errc::bad_dealing);   // dealer
  CHECK(changed(38) == Errc::bad_dealing);   // flags
  CHECK(changed(140) == Errc::bad_dealing);  // threshold
  CHECK(changed(142) == Errc::bad_dealing);  // party count
  CHECK(changed(144) == Errc::bad_dealing);  // reserved
  CHECK(changed(80) == Errc::bad_possession_proof);
}

TEST_CASE("parse_dealing: commitments that are no points, and an infinite first one") {
  const KeygenConfig config = config_of({2, 2}, 3);
  const Bytes good = OpenDealer{config, 1}.deal(config, MemberIndex{0});
  REQUIRE(parse_dealing(config, SharedBytes{good}).ok());
  Bytes bytes = good;
  bytes[145] = 5;
  CHECK(refusal(config, bytes) == Error(Errc::bad_commitment, "0"));
  bytes = good;
  bytes[145 + 33] = 5;
  CHECK(refusal(config, bytes) == Error(Errc::bad_commitment, "1"));
  bytes = good;
  std::fill_n(bytes.begin() + 145, 33, std::uint8_t{0});
  CHECK(refusal(config, bytes) == Error(Errc::bad_commitment, "0"));
  // A later one may be infinity: a value can be zero, and a sum must not be vetoed by it.
  OpenDealer dealer{config, 2};
  dealer.values[2] = Scalar{};
  CHECK(parse_dealing(config, SharedBytes{dealer.deal(config, MemberIndex{0})}).ok());
}

TEST_CASE("parse_dealing: a dealing of another attempt is refused") {
  const KeygenConfig config = config_of({2, 1}, 2);
  KeygenSpec spec = config.spec();
  spec.attempt = 1;
  const KeygenConfig next = KeygenConfig::make(spec).value();
  const OwnDealing own = deal(config, MemberIndex{0}, host_key(0), Hash256{}).value();
  CHECK(parse_dealing(next, own.bytes).code() == Errc::wrong_keygen);
}

TEST_CASE("open_box: a changed ciphertext is unreadable, another's key does not open it") {
  const KeygenConfig config = config_of({2, 2, 1}, 3);
  Bytes bytes = deal(config, MemberIndex{0}, host_key(0), Hash256{})->bytes.get();
  const DealingRef good = parse_dealing(config, SharedBytes{bytes}).value();
  CHECK(open_box(config, *good, MemberIndex{1}, host_key(2)).code() == Errc::unreadable_box);
  bytes[145 + 33 * 3] ^= 1;
  const DealingRef bad = parse_dealing(config, SharedBytes{bytes}).value();
  CHECK(open_box(config, *bad, MemberIndex{1}, host_key(1)).code() == Errc::unreadable_box);
  CHECK(open_box(config, *bad, MemberIndex{2}, host_key(2)).ok());
}

TEST_CASE("open_box: a zero share is refused") {
  const KeygenConfig config = config_of({2, 2}, 3);
  OpenDealer dealer{config, 3};
  dealer.send = [](MemberIndex, SlotIndex, Scalar) { return Scalar{}; };
  const DealingRef dealing =
      parse_dealing(config, SharedBytes{dealer.deal(config, MemberIndex{0})}).value();
  CHECK(open_box(config, *dealing, MemberIndex{1}, host_key(1)).code() == Errc::bad_share);
}
