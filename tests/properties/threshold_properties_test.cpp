// Whoever weighs the threshold signs, whoever weighs less does not: for drawn groups and subsets.
#include <doctest/doctest.h>

#include <rapidcheck.h>

#include "tests/unit/crypto/frost_world.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::crypto::world;

namespace {

/// A group of few members with a quorum of 67 % and a subset of them in drawn order of preference.
struct Drawn {
  std::vector<std::uint32_t> weights;
  std::vector<std::uint16_t> order;
};

rc::Gen<Drawn> drawn_group() {
  return rc::gen::exec([] {
    Drawn out;
    out.weights = *rc::gen::container<std::vector<std::uint32_t>>(
        *rc::gen::inRange<std::size_t>(2, 7), rc::gen::inRange<std::uint32_t>(1, 7));
    for (std::uint16_t p = 0; p < out.weights.size(); ++p) out.order.push_back(p);
    for (std::size_t i = out.order.size(); i > 1; --i) {
      std::swap(out.order[i - 1], out.order[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    return out;
  });
}

std::uint32_t total(const std::vector<std::uint32_t>& weights) {
  std::uint32_t sum = 0;
  for (const std::uint32_t w : weights) sum += w;
  return sum;
}

/// As many of the first members of `order` as reach the threshold, and their weight without the
/// last.
struct Cut {
  std::vector<std::uint16_t> enough;
  std::vector<std::uint16_t> one_less;
};

Cut cut(const Drawn& drawn, std::uint32_t threshold) {
  Cut out;
  std::uint32_t weight = 0;
  for (const std::uint16_t p : drawn.order) {
    if (weight >= threshold) break;
    out.one_less = out.enough;
    out.enough.push_back(p);
    weight += drawn.weights[p];
  }
  std::sort(out.enough.begin(), out.enough.end());
  std::sort(out.one_less.begin(), out.one_less.end());
  return out;
}

bool signs(Signers& signers, const std::vector<std::uint16_t>& parties,
           const SigningSubject& subject) {
  const SigningRequest request = signers.request(parties, subject);
  const auto& group = signers.generation.group();
  const SessionContext session = SessionContext::make(group, request, nullptr).value();
  std::vector<PartialSignature> partials;
  GroupSignature out{{}, session.parties, {}};
  for (const std::uint16_t p : parties) {
    const SignatureShare share = signers.answer(p, request).value();
    partials.push_back(share.partial);
    out.attestations.push_back(share.attestation);
  }
  out.signature = aggregate_partials(session.values, *session.signers, partials).value();
  return verify_block_signature(group.config(), group.key(), subject.hash, out).ok();
}

/// What these members could make without asking anybody's leave: a signature over their own ids as
/// if their weight were the threshold. It must not verify.
bool forges(const Generation& g, const std::vector<std::uint16_t>& parties) {
  std::vector<std::vector<SlotIndex>> ids;
  std::uint32_t weight = 0;
  for (const std::uint16_t p : parties) {
    ids.push_back(g.config.party(MemberIndex{p}).ids);
    weight += g.config.weight(MemberIndex{p}).value;
  }
  const SignerSet set =
      SignerSet::trusted(weight, g.group().public_shares(), ids, g.group().key()).value();
  std::vector<SecretNonce> nonces;
  std::vector<PublicNonce> published;
  for (const std::uint16_t p : parties) {
    nonces.push_back(generate_nonce(random32(9, p), {}));
    published.push_back(nonces.back().public_nonce());
  }
  const Hash256 message = random32(10, 0);
  const SessionValues session =
      session_values(set, aggregate_nonces(published).value(),
                     tweak_key(g.group().key(), {}).value(), message.view())
          .value();
  std::vector<PartialSignature> partials;
  for (std::size_t i = 0; i < parties.size(); ++i) {
    const SecretScalar share = aggregate_share(set, i, g.key(parties[i])).value();
    partials.push_back(
        sign_partial(session, std::move(nonces[i]), share, set.party_key(i)).value());
  }
  return verify_schnorr(x_only(g.group().key()), message.view(),
                        aggregate_partials(session, set, partials).value());
}

}  // namespace

TEST_CASE("property: members of 67 % of the slots sign, the same without one of them do not") {
  CHECK(rc::check("threshold", [] {
    const Drawn drawn = *drawn_group();
    const std::uint32_t threshold = threshold_of(total(drawn.weights));
    const Generation generation{config_of(drawn.weights, threshold)};
    Signers signers{generation};
    const Cut members = cut(drawn, threshold);
    RC_ASSERT(signs(signers, members.enough, block_subject(1)));
    if (members.one_less.empty()) return;
    const SigningRequest request = signers.request(members.one_less, block_subject(2), 1);
    for (const std::uint16_t p : members.one_less) {
      RC_ASSERT(signers.answer(p, request).code() == Errc::below_threshold);
    }
    RC_ASSERT(!forges(generation, members.one_less));
  }));
}

TEST_CASE("property: of 100 slots any 67 sign and any 66 do not") {
  const std::vector<std::uint32_t> weights(100, 1);
  const Generation generation{scattered_config_of(weights, threshold_of(100))};
  Signers signers{generation};
  std::uint32_t nonce = 0;
  std::mt19937_64 random{oracle::default_seed};
  MESSAGE("seed " << oracle::default_seed);
  std::vector<std::uint16_t> members(100);
  for (std::uint16_t p = 0; p < 100; ++p) members[p] = p;
  for (int round = 0; round < 10; ++round) {
    std::shuffle(members.begin(), members.end(), random);
    std::vector<std::uint16_t> chosen(members.begin(), members.begin() + 67);
    std::sort(chosen.begin(), chosen.end());
    const SigningRequest request = signers.request(chosen, block_subject(1), nonce++);
    CHECK(check_request(generation.config, request).ok());
    if (round == 0) CHECK(signs(signers, chosen, block_subject(3)));
    chosen.pop_back();
    const SigningRequest less = signers.request(chosen, block_subject(1), nonce++);
    CHECK(signers.answer(chosen.front(), less).code() == Errc::below_threshold);
    CHECK_FALSE(forges(generation, chosen));
  }
}
