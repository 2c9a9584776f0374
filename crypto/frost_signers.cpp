// Which parties sign, checked, with their Lagrange coefficients.
#include <algorithm>

#include "crypto/frost_signing.hpp"
#include "crypto/hash.hpp"
#include "crypto/msm.hpp"
#include "crypto/public_memo.hpp"

namespace quorate::crypto {
namespace {

Result<> check_counts(std::uint32_t n, std::uint32_t t, std::size_t signers) {
  if (t < 1 || t > n) return Errc::bad_threshold;
  if (signers < t || signers > n) return Errc::bad_signer_count;
  return done();
}

/// The ids in ascending order. @returns duplicate_key_id.
Result<std::vector<SlotIndex>> sorted_distinct(std::vector<SlotIndex> ids) {
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return Errc::duplicate_key_id;
  return ids;
}

/// What a party's key depends on.
Hash256 memo_key_of(std::span<const Scalar> lambdas, std::span<const Point> shares) {
  Bytes data;
  for (const Scalar& lambda : lambdas) append(data, lambda.to_bytes().view());
  for (const Point& share : shares) append(data, share.serialize_ext().view());
  return tagged_sha256("quorate/memo-party-key", data);
}

Sha256 prefix_of(const std::vector<SlotIndex>& sorted) {
  Bytes data(4 * sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) put_be(data.data() + 4 * i, sorted[i].value);
  return Sha256::tagged("BIP0445/noncecoef").update(data);
}

}  // namespace

Result<SignerSet> SignerSet::validate(std::uint32_t n, std::uint32_t t,
                                      std::span<const SignerKeys> parties,
                                      const PublicKey& threshold_key) {
  std::size_t count = 0;
  for (const SignerKeys& p : parties) count += p.ids.size();
  TRY(check_counts(n, t, count));
  std::vector<Party> parsed;
  std::size_t position = 0;
  for (const SignerKeys& p : parties) {
    ASSERT(p.ids.size() == p.public_shares.size());
    Party& party = parsed.emplace_back();
    party.ids = p.ids;
    for (std::size_t i = 0; i < p.ids.size(); ++i, ++position) {
      if (p.ids[i].value >= n) {
        return Error{Errc::key_id_out_of_range, std::to_string(position)};
      }
      const Result<Point> share = Point::parse(p.public_shares[i]);
      if (!share.ok()) return Error{Errc::bad_public_share, std::to_string(position)};
      party.shares.push_back(*share);
    }
  }
  TRY_ASSIGN(SignerSet set, assemble(n, t, std::move(parsed), threshold_key));
  JacobianPoint sum;
  for (std::size_t p = 0; p < set.party_count(); ++p) sum += set.party_key(p);
  const Point key = sum.to_affine();
  if (key.is_infinity() || key.serialize() != threshold_key) return Errc::key_material_mismatch;
  return set;
}

Result<SignerSet> SignerSet::trusted(std::uint32_t t, std::span<const Point> public_shares,
                                     const std::vector<std::vector<SlotIndex>>& ids_by_party,
                                     const PublicKey& threshold_key) {
  const auto n = static_cast<std::uint32_t>(public_shares.size());
  std::vector<Party> parties;
  std::size_t position = 0;
  for (const std::vector<SlotIndex>& ids : ids_by_party) {
    Party& party = parties.emplace_back();
    party.ids = ids;
    for (const SlotIndex id : ids) {
      if (id.value >= n) return Error{Errc::key_id_out_of_range, std::to_string(position)};
      party.shares.push_back(public_shares[id.value]);
      ++position;
    }
  }
  TRY(check_counts(n, t, position));
  return assemble(n, t, std::move(parties), threshold_key);
}

Result<SignerSet> SignerSet::assemble(std::uint32_t n, std::uint32_t t,
                                      std::vector<Party> parties,
                                      const PublicKey& threshold_key) {
  std::vector<SlotIndex> all;
  for (const Party& p : parties) all.insert(all.end(), p.ids.begin(), p.ids.end());
  ASSERT(all.size() >= t);
  TRY_ASSIGN(const std::vector<SlotIndex> sorted, sorted_distinct(std::move(all)));
  const std::vector<Scalar> lambdas = lagrange_coefficients(n, sorted);
  for (Party& p : parties) {
    for (const SlotIndex id : p.ids) {
      const auto at = std::lower_bound(sorted.begin(), sorted.end(), id) - sorted.begin();
      p.lambdas.push_back(lambdas[static_cast<std::size_t>(at)]);
    }
  }
  SignerSet set;
  set.threshold_key_ = threshold_key;
  set.parties_ = std::move(parties);
  set.id_prefix_ = prefix_of(sorted);
  return set;
}

Point SignerSet::party_key(std::size_t party) const {
  // A member needs its own key once per signer set, every coordinator those of all who answer.
  constexpr std::size_t remembered = 4096;
  thread_local PublicMemo<Point> memo{remembered};
  ASSERT(party < parties_.size());
  const Party& p = parties_[party];
  const Hash256 key = memo_key_of(p.lambdas, p.shares);
  if (const Point* known = memo.find(key)) return *known;
  return *memo.insert(key, multi_multiply(p.lambdas, p.shares));
}

}  // namespace quorate::crypto
