// What a member proposes and agrees to, and how it takes its shares at the end.
// Source: docs/threshold_signing.md "Rounds", "Complaints"; docs/spec_gaps.md "Late complaints".
#include "actors/keygen_core.hpp"
#include "crypto/sealed_shares.hpp"

namespace quorate::actors {

using consensus::KeyContent;
using consensus::Value;
using consensus::ValueKind;
using keygen::KnownDealing;
using Checked = keygen::DealingBook::Checked;
using keygen::RecordKind;
using keygen::Standing;

namespace {

/// Sums of dealings that are under way, and that are remembered.
constexpr std::size_t max_sums = 4;

const Value retry_value{ValueKind::retry, {}, {}};

KeyContent content_of(const crypto::KeygenConfig& config,
                      const crypto::KeyCertificateContent& outcome) {
  KeyContent out;
  out.kind = config.spec().kind;
  out.generation = config.spec().generation;
  out.attempt = outcome.attempt;
  out.cid = Hash256::from(config.id().view());
  out.qualified = outcome.qualified;
  out.dealing_hashes.assign(outcome.dealings.begin(), outcome.dealings.end());
  out.shares_root = outcome.share_root;
  out.group_key = outcome.group_key;
  return out;
}

/// Calls `visit(dealer, hash)` for every qualified dealer of a content of good form, ascending.
template <class Visit>
void for_each_dealer(const KeyContent& content, Visit visit) {
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < content.qualified.size(); ++p) {
    if (content.qualified.test(p)) visit(MemberIndex{p}, content.dealing_hashes[next++]);
  }
}

}  // namespace

void KeygenMachine::Core::choose() {
  if (!self_ || certificate_ || votes_) {
    candidate_.reset();
    return;
  }
  // A proposal once made stays while it can be defended: others may be about to vote for it.
  if (candidate_ && candidate_->kind == ValueKind::key) {
    const KeyContent* mine = content(candidate_->id);
    if (mine != nullptr && still_good(*mine)) return;
  }
  candidate_ = preferred();
  if (candidate_) asked_.try_emplace(*candidate_);
}

bool KeygenMachine::Core::still_good(const KeyContent& content) const {
  bool good = true;
  for_each_dealer(content, [&](MemberIndex dealer, const Hash256&) {
    good = good && book_->counts(dealer);
  });
  return good;
}

std::optional<Value> KeygenMachine::Core::preferred() {
  if (!reached(confirm_deadline_) && !tally_->is_complete()) return std::nullopt;
  std::vector<crypto::DealingRef> dealings = qualified();
  // Each failure takes at least one dealer out.
  while (!dealings.empty()) {
    const auto checked = book_->fits(dealings, budget_);
    if (checked == Checked::all_good) break;
    if (checked == Checked::unfinished) {
      is_busy_ = true;
      return std::nullopt;
    }
    const std::size_t before = dealings.size();
    dealings = qualified();
    if (dealings.size() == before) return std::nullopt;
  }
  Weight weight{0};
  for (const auto& dealing : dealings) weight += scene_.set.weight(dealing->dealer());
  if (is_quorum(weight, scene_.set.total())) return offer(dealings);
  if (reached(certify_deadline_)) return retry_value;
  return std::nullopt;
}

std::vector<crypto::DealingRef> KeygenMachine::Core::qualified() const {
  std::vector<crypto::DealingRef> out;
  for (std::uint16_t p = 0; p < scene_.set.members.size(); ++p) {
    if (qualifies(MemberIndex{p})) out.push_back(book_->first(MemberIndex{p})->dealing);
  }
  return out;
}

/// Before h2 only what every single member vouches for; then what ≥ 67 % vouch for and nobody's
/// proof speaks against.
bool KeygenMachine::Core::qualifies(MemberIndex dealer) const {
  if (!book_->counts(dealer) || banned_.contains(dealer)) return false;
  const Hash256& hash = book_->first(dealer)->dealing->hash();
  if (!reached(confirm_deadline_)) return tally_->is_unanimous(dealer, hash);
  return is_quorum(tally_->weight(dealer, hash), scene_.set.total());
}

std::optional<Value> KeygenMachine::Core::offer(const std::vector<crypto::DealingRef>& dealings) {
  const auto outcome = combine(dealings);
  if (!outcome.ok() || !*outcome) return std::nullopt;
  const KeyContent content = content_of(book_->config(), (**outcome)->content);
  const Value value{ValueKind::key, content.id(), {}};
  contents_.emplace(value.id, content);
  return value;
}

KeygenEffects KeygenMachine::Core::verdicts() {
  Effects out;
  if (!self_ || certificate_) return out;
  for (auto& [value, asked] : asked_) {
    const std::optional<Result<>> now = verdict(value, asked.shown);
    if (!now) continue;
    const bool is_same = asked.told && asked.told->ok() == now->ok() &&
                         (now->ok() || asked.told->code() == now->code());
    if (is_same) continue;
    asked.told = now;
    if (now->ok() && value.kind == ValueKind::key) liked_ = value.id;
    out.push_back(KeygenVerdict{instance(), value, *now});
  }
  return out;
}

std::optional<Result<>> KeygenMachine::Core::verdict(const Value& value, Shown shown) {
  const bool is_shown = shown == Shown::prepare_certificate;
  if (value.kind == ValueKind::retry) {
    if (is_shown) return done();
    if (!reached(certify_deadline_)) return std::nullopt;
    const bool suffice = candidate_ && candidate_->kind == ValueKind::key;
    return suffice ? Result<>{Errc::keygen_dealers_suffice} : done();
  }
  const KeyContent* known = content(value.id);
  if (known == nullptr) return is_shown ? std::optional<Result<>>{done()} : std::nullopt;
  return content_verdict(*known, shown);
}

/// Nothing while it cannot be said yet: the gate is shut, or a dealing has not arrived.
std::optional<Result<>> KeygenMachine::Core::content_verdict(const KeyContent& content,
                                                             Shown shown) {
  const Result<> form = check_form(content);
  if (!form.ok()) return form;
  if (shown == Shown::prepare_certificate) return done();
  if (!gate_open(content) || !is_examined()) return std::nullopt;
  std::optional<Errc> refusal;
  bool is_missing = false;
  std::vector<crypto::DealingRef> dealings;
  for_each_dealer(content, [&](MemberIndex dealer, const Hash256& hash) {
    const KnownDealing* known = book_->find(dealer, hash);
    if (book_->is_excluded(dealer)) {
      refusal = Errc::keygen_dealer_convicted;
    } else if (known == nullptr) {
      is_missing = true;
    } else if (known->standing != Standing::good && !refusal) {
      refusal = Errc::bad_share;
    } else {
      dealings.push_back(known->dealing);
    }
  });
  if (refusal) return Result<>{*refusal};
  if (is_missing) return std::nullopt;
  const auto checked = book_->fits(dealings, budget_);
  if (checked == Checked::some_bad) return Result<>{Errc::bad_share};
  if (checked == Checked::unfinished) {
    is_busy_ = true;
    return std::nullopt;
  }
  const auto outcome = combine(content);
  if (outcome.ok() && !*outcome) return std::nullopt;
  return outcome.ok() ? done() : Result<>{outcome.error()};
}

Result<> KeygenMachine::Core::check_form(const KeyContent& content) const {
  const crypto::KeygenSpec& spec = book_->config().spec();
  const bool fits = content.kind == spec.kind && content.generation == spec.generation &&
                    content.attempt == spec.attempt && content.cid == state_.cid &&
                    content.qualified.size() == scene_.set.members.size() &&
                    content.dealing_hashes.size() == content.qualified.count();
  if (!fits) return Errc::certificate_mismatch;
  if (!is_quorum(scene_.set.weight(content.qualified), scene_.set.total())) {
    return Errc::too_few_dealers;
  }
  return done();
}

bool KeygenMachine::Core::gate_open(const KeyContent& content) const {
  if (reached(confirm_deadline_)) return true;
  bool open = tally_->is_complete();
  for_each_dealer(content, [&](MemberIndex dealer, const Hash256& hash) {
    open = open && tally_->is_unanimous(dealer, hash);
  });
  return open;
}

/// The outcome of the dealings a content of good form names, nothing while one is missing or the
/// sum is not finished.
Result<std::optional<crypto::OutcomeRef>> KeygenMachine::Core::combine(const KeyContent& content) {
  std::vector<crypto::DealingRef> dealings;
  bool is_complete = true;
  for_each_dealer(content, [&](MemberIndex dealer, const Hash256& hash) {
    const KnownDealing* known = book_->find(dealer, hash);
    is_complete = is_complete && known != nullptr;
    if (known != nullptr) dealings.push_back(known->dealing);
  });
  if (!is_complete) return std::optional<crypto::OutcomeRef>{};
  TRY_ASSIGN(auto outcome, combine(dealings));
  if (outcome && content_of(book_->config(), (*outcome)->content) != content) {
    return Errc::certificate_mismatch;
  }
  return outcome;
}

/// One sum at a time, one slice a step; nothing while it is not finished.
Result<std::optional<crypto::OutcomeRef>> KeygenMachine::Core::combine(
    const std::vector<crypto::DealingRef>& dealings) {
  std::vector<Hash256> hashes;
  for (const crypto::DealingRef& dealing : dealings) hashes.push_back(dealing->hash());
  if (const auto known = outcomes_.find(hashes); known != outcomes_.end()) {
    return std::optional{known->second};
  }
  const auto later = [&] {
    is_busy_ = true;
    return std::optional<crypto::OutcomeRef>{};
  };
  if (budget_.is_spent()) return later();
  auto work = combining_.find(hashes);
  if (work == combining_.end()) {
    TRY_ASSIGN(auto begun, crypto::CombineWork::begin(book_->config(), dealings));
    if (combining_.size() >= max_sums) combining_.erase(combining_.begin());
    work = combining_.emplace(hashes, std::move(begun)).first;
  }
  budget_ = crypto::WorkBudget{0};
  auto advanced = work->second.advance(slice_units_);
  if (!advanced.ok() || *advanced) combining_.erase(work);
  TRY_ASSIGN(const auto outcome, std::move(advanced));
  if (!outcome) return later();
  if (outcomes_.size() >= max_sums) outcomes_.clear();
  outcomes_.emplace(std::move(hashes), *outcome);
  return outcome;
}

void KeygenMachine::Core::finish(Effects& out) {
  if (!certificate_ && votes_) {
    const KeyContent* decided = content(votes_->value.id);
    if (decided != nullptr && check_form(*decided).ok()) certificate_ = {*decided, *votes_};
  }
  if (!certificate_) return;
  if (!told_finished_) {
    told_finished_ = true;
    keygen::ResultRecord record;
    record.certificate = *certificate_;
    if (!stored_.result) {
      out.push_back(Persist{{keygen::record(prefix_, RecordKind::result, 0, record)}});
    }
    out.push_back(KeygenFinished{*certificate_});
  }
  if (group_ == nullptr) take_shares(out);
  if (group_ != nullptr && !told_ready_) {
    told_ready_ = true;
    out.push_back(KeyReady{});
  }
}

void KeygenMachine::Core::take_shares(Effects& out) {
  if (!is_examined()) return;
  const auto combined = combine(certificate_->content);
  if (!combined.ok() || !*combined) return;
  const crypto::KeygenOutcome& outcome = ***combined;
  group_ = outcome.group;
  keygen::ResultRecord record;
  record.certificate = *certificate_;
  for (const crypto::Point& share : group_->public_shares()) {
    record.public_shares.push_back(share.serialize_ext());
  }
  if (self_) {
    std::vector<crypto::DealingRef> dealings;
    for_each_dealer(certificate_->content, [&](MemberIndex dealer, const Hash256& hash) {
      dealings.push_back(book_->find(dealer, hash)->dealing);
    });
    auto shares =
        crypto::finish_shares(book_->config(), outcome, *self_, book_->shares_of(dealings));
    if (shares.ok()) {
      key_ = std::move(shares).value();
      record.sealed.bytes = crypto::seal_shares(*host_, certificate_->content.id(), *key_);
    }
  }
  out.push_back(Persist{{keygen::record(prefix_, RecordKind::result, 0, record)}});
}

/// The finished key as it was stored; what does not fit together is taken again from the dealings.
void KeygenMachine::Core::restore(const keygen::ResultRecord& result) {
  certificate_ = result.certificate;
  contents_.emplace(certificate_->content.id(), certificate_->content);
  std::vector<crypto::Point> points;
  for (const crypto::PublicKey& stored : result.public_shares) {
    const auto point = crypto::Point::parse_ext(stored.view());
    if (!point.ok()) return;
    points.push_back(*point);
  }
  if (points.size() != book_->config().slots()) return;
  if (certificate_->content.cid != state_.cid) return;
  if (self_ && !result.sealed.bytes.empty()) {
    const auto& ids = scene_.set.members[self_->value].slots;
    auto opened = crypto::open_shares(*host_, certificate_->content.id(), *self_, ids,
                                      result.sealed.bytes);
    if (!opened.ok()) return;
    for (const crypto::SecretShare& share : opened->shares) {
      if (share.value.public_key() != points[share.id.value].serialize_ext()) return;
    }
    key_ = std::move(opened).value();
  }
  group_ = std::make_shared<const crypto::ThresholdGroup>(
      book_->config(), certificate_->content.group_key, std::move(points));
}

}  // namespace quorate::actors
