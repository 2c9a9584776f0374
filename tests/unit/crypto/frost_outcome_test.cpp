#include "crypto/frost_outcome.hpp"

#include "frost_world.hpp"
#include "crypto/msm.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

const Generation& shared_generation() {
  static const Generation g{config_of({12, 9, 7, 5, 4, 2, 1}, 27)};
  return g;
}

Point interpolate_key(const Generation& g, const std::vector<SlotIndex>& ids) {
  const std::vector<Scalar> lambdas = lagrange_coefficients(g.config.slots(), ids);
  std::vector<Point> shares;
  for (const SlotIndex id : ids) shares.push_back(g.group().public_shares()[id.value]);
  return multi_multiply(lambdas, shares);
}

/// A generation in which party 0 sends party 2 a wrong share.
struct CheatedGeneration {
  KeygenConfig config = config_of({1, 3, 2, 2, 2}, 7);
  std::vector<OwnDealing> own;
  std::vector<DealingRef> dealings;

  CheatedGeneration() {
    OpenDealer cheat{config, 5};
    cheat.send = [](MemberIndex q, SlotIndex, Scalar s) {
      return q == MemberIndex{2} ? s + Scalar{1} : s;
    };
    for (std::uint16_t p = 0; p < 5; ++p) {
      own.push_back(deal(config, MemberIndex{p}, host_key(p), random32(1, p)).value());
      const SharedBytes bytes =
          p == 0 ? SharedBytes{cheat.deal(config, MemberIndex{0})} : own.back().bytes;
      dealings.push_back(parse_dealing(config, bytes).value());
    }
  }
  [[nodiscard]] Examination examine(std::uint16_t p) const {
    return examine_dealings(config, MemberIndex{p}, host_key(p), dealings, &own[p],
                            random32(2, p)).value();
  }
};

}  // namespace

TEST_CASE("combine_dealings: any T public shares interpolate to the group key, fewer do not") {
  const Generation& g = shared_generation();
  std::vector<SlotIndex> ids;
  for (std::uint32_t i = 13; i < 40; ++i) ids.push_back(SlotIndex{i});
  REQUIRE(ids.size() == 27);
  CHECK(interpolate_key(g, ids).serialize() == g.group().key());
  ids.pop_back();
  CHECK(interpolate_key(g, ids).serialize() != g.group().key());
}

TEST_CASE("combine_dealings: the key is the sum of the secrets plus the Taproot tweak") {
  const Generation& g = shared_generation();
  Point raw;
  for (const DealingRef& d : g.dealings) raw = raw + d->commitments()[0];
  const Scalar t = Scalar::from_hash(tagged_sha256("TapTweak", raw.x_bytes().view()));
  CHECK((raw + times_generator(t)).serialize() == g.group().key());
  CHECK(g.outcome->tap_tweak == t);
}

TEST_CASE("combine_dealings: order, repetition and weight are checked") {
  const Generation& g = shared_generation();
  std::vector<DealingRef> some = {g.dealings[1], g.dealings[0]};
  CHECK(combine_dealings(g.config, some).code() == Errc::bad_qualified_set);
  some = {g.dealings[0], g.dealings[0]};
  CHECK(combine_dealings(g.config, some).code() == Errc::bad_qualified_set);
  some = {g.dealings[0], g.dealings[1], g.dealings[3]};  // 12 + 9 + 5 = 26
  CHECK(combine_dealings(g.config, some).code() == Errc::too_few_dealers);
  some.push_back(g.dealings[6]);  // 27
  CHECK(combine_dealings(g.config, some).ok());
  CHECK(combine_dealings(g.config, {}).code() == Errc::too_few_dealers);
}

TEST_CASE("combine_dealings: dealings that cancel give no key") {
  const KeygenConfig config = config_of({1, 1}, 1);
  OpenDealer a{config, 1}, b{config, 2};
  b.values[0] = -a.values[0];
  const std::vector<DealingRef> dealings = {
      parse_dealing(config, SharedBytes{a.deal(config, MemberIndex{0})}).value(),
      parse_dealing(config, SharedBytes{b.deal(config, MemberIndex{1})}).value()};
  CHECK(combine_dealings(config, dealings).code() == Errc::infinite_group_key);
}

TEST_CASE("exclude_dealing: equals combining the others; strangers cannot be excluded") {
  const Generation& g = shared_generation();
  const OutcomeRef without = exclude_dealing(g.config, *g.outcome, *g.dealings[2]).value();
  std::vector<DealingRef> others = g.dealings;
  others.erase(others.begin() + 2);
  const OutcomeRef expected = combine_dealings(g.config, others).value();
  CHECK(without->content == expected->content);
  CHECK(without->group->public_shares() == expected->group->public_shares());
  CHECK(without->column_sums == expected->column_sums);
  CHECK(exclude_dealing(g.config, *without, *g.dealings[2]).code() == Errc::bad_qualified_set);
  // 28 without party 0; then 19 without party 1 is below 27.
  const OutcomeRef light = exclude_dealing(g.config, *g.outcome, *g.dealings[0]).value();
  CHECK(exclude_dealing(g.config, *light, *g.dealings[1]).code() == Errc::too_few_dealers);
}

TEST_CASE("check_certificate_content: accepts what the dealings yield and nothing else") {
  const Generation& g = shared_generation();
  const KeyCertificateContent good = g.outcome->content;
  CHECK(check_certificate_content(g.config, good, g.dealings).ok());
  std::vector<KeyCertificateContent> others(4, good);
  others[0].attempt += 1;
  others[1].share_root.bytes[0] ^= 1;
  others[2].group_key = host_key(0).public_key();
  others[3].dealings.pop_back();
  for (const KeyCertificateContent& other : others) {
    CHECK(check_certificate_content(g.config, other, g.dealings).code() ==
          Errc::certificate_mismatch);
    CHECK(key_certificate_digest(g.config.id(), view_bytes(1, 2), other) !=
          key_certificate_digest(g.config.id(), view_bytes(1, 2), good));
  }
  CHECK(key_certificate_digest(g.config.id(), view_bytes(1, 2), good) !=
        key_certificate_digest(g.config.id(), view_bytes(2, 1), good));
}

TEST_CASE("KeyCertificateContent: decoding undoes encoding, cuts are refused") {
  const KeyCertificateContent content = shared_generation().outcome->content;
  const Bytes bytes = encode(content);
  CHECK(bytes.size() == 4 + (2 + 1) + (4 + 32 * 7) + 32 + 33);
  CHECK(decode<KeyCertificateContent>(bytes).value() == content);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(decode<KeyCertificateContent>(ByteView{bytes}.first(n)).ok());
  }
  // Frozen: deterministic dealings give this content for ever.
  CHECK(to_hex(sha512_256(bytes)) ==
        "f1551b05ecf96ba5649c3bcd5461b9554c6e803740f152a21d980f949eb40011");
  CHECK(
      to_hex(key_certificate_digest(shared_generation().config.id(), view_bytes(1, 2), content)) ==
      "8e666848329fc2f3d8194d04d5dc8249af485574d1c9ca86b77253eeadbada99");
}

TEST_CASE("examine_dealings: exactly the victim complains, the dealer is convicted and dropped") {
  const CheatedGeneration g;
  for (std::uint16_t p = 0; p < 5; ++p) {
    const Examination seen = g.examine(p);
    if (p != 2) {
      CHECK(seen.complaints.empty());
      continue;
    }
    REQUIRE(seen.complaints.size() == 1);
    CHECK(judge(g.config, *g.dealings[0], seen.complaints[0]).value() ==
          Verdict{Verdict::Guilty::dealer, MemberIndex{0}, Errc::bad_share});
    const Confirmation confirmation = confirm(g.config, g.dealings, seen);
    CHECK(confirmation.complaints.size() == 1);
    CHECK(confirmation.dealings[0] == g.dealings[0]->hash());
    CHECK(decode<Confirmation>(encode(confirmation)).value() == confirmation);
  }
  // Nobody deals again: the others' dealings are the key, and everybody's shares fit it.
  const std::vector<DealingRef> qualified(g.dealings.begin() + 1, g.dealings.end());
  const OutcomeRef outcome = combine_dealings(g.config, qualified).value();
  for (std::uint16_t p = 0; p < 5; ++p) {
    CHECK(finish_shares(g.config, *outcome, MemberIndex{p}, g.examine(p).shares).ok());
  }
}

TEST_CASE("finish_shares: a missing dealer is named; wrong shares are noticed") {
  const CheatedGeneration g;
  const OutcomeRef all = combine_dealings(g.config, g.dealings).value();
  CHECK(finish_shares(g.config, *all, MemberIndex{2}, g.examine(2).shares).error() ==
        Error(Errc::bad_share, "0"));
  Examination mixed = g.examine(1);
  std::swap(mixed.shares.by_dealer.at(MemberIndex{1})[0],
            mixed.shares.by_dealer.at(MemberIndex{1})[1]);
  CHECK(finish_shares(g.config, *all, MemberIndex{1}, mixed.shares).code() == Errc::bad_share);
}

TEST_CASE("examine_dealings: cancelling errors of two dealers show when one drops out") {
  const KeygenConfig config = config_of({1, 1, 2, 2, 2}, 6);
  std::vector<DealingRef> dealings;
  std::vector<OwnDealing> own;
  for (std::uint16_t p = 0; p < 5; ++p) {
    own.push_back(deal(config, MemberIndex{p}, host_key(p), random32(1, p)).value());
    if (p > 1) {
      dealings.push_back(parse_dealing(config, own.back().bytes).value());
      continue;
    }
    OpenDealer cheat{config, std::uint64_t{p} + 1};
    cheat.send = [p](MemberIndex q, SlotIndex, Scalar s) {
      if (q != MemberIndex{3}) return s;
      return p == 0 ? s + Scalar{5} : s - Scalar{5};
    };
    dealings.push_back(
        parse_dealing(config, SharedBytes{cheat.deal(config, MemberIndex{p})}).value());
  }
  const auto examine = [&](std::span<const DealingRef> some) {
    return examine_dealings(config, MemberIndex{3}, host_key(3), some, &own[3], Hash256{}).value();
  };
  const Examination seen = examine(dealings);
  CHECK(seen.complaints.empty());
  const OutcomeRef all = combine_dealings(config, dealings).value();
  CHECK(finish_shares(config, *all, MemberIndex{3}, seen.shares).ok());
  // Without the first one the sum is wrong, and a second look finds who is to blame.
  const OutcomeRef rest = exclude_dealing(config, *all, *dealings[0]).value();
  CHECK(finish_shares(config, *rest, MemberIndex{3}, seen.shares).code() == Errc::bad_share);
  const Examination again = examine(std::span<const DealingRef>{dealings}.subspan(1));
  REQUIRE(again.complaints.size() == 1);
  CHECK(judge(config, *dealings[1], again.complaints[0])->guilty == Verdict::Guilty::dealer);
}

TEST_CASE("examine_dealings: a member that did not deal still gets its shares") {
  const Generation& g = shared_generation();
  const std::vector<DealingRef> others(g.dealings.begin(), g.dealings.begin() + 6);
  const Examination seen = examine_dealings(g.config, MemberIndex{6}, host_key(6), others, nullptr,
                                            Hash256{}).value();
  const OutcomeRef outcome = combine_dealings(g.config, others).value();
  CHECK(finish_shares(g.config, *outcome, MemberIndex{6}, seen.shares).ok());
  CHECK(examine_dealings(g.config, MemberIndex{6}, host_key(1), others, nullptr, Hash256{})
            .code() == Errc::not_a_signer);
}

TEST_CASE("an equivocating dealer: two dealings of one attempt differ in hash and key") {
  const KeygenConfig config = config_of({2, 2, 2}, 5);
  const OwnDealing first = deal(config, MemberIndex{0}, host_key(0), random32(1, 0)).value();
  const OwnDealing second = deal(config, MemberIndex{0}, host_key(0), random32(7, 0)).value();
  const DealingRef a = parse_dealing(config, first.bytes).value();
  const DealingRef b = parse_dealing(config, second.bytes).value();
  CHECK(a->dealer() == b->dealer());
  CHECK(a->hash() != b->hash());
  // Both parse, so only the two signed chunks convict; a qualified set cannot hold both.
  CHECK(combine_dealings(config, std::vector<DealingRef>{a, b}).code() == Errc::bad_qualified_set);
  // The dealer's own shares belong to the dealing it kept.
  const Examination seen = examine_dealings(config, MemberIndex{0}, host_key(0),
                                            std::vector<DealingRef>{b}, &first, Hash256{}).value();
  CHECK(seen.shares.by_dealer.empty());
}
