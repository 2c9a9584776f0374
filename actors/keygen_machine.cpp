#include "actors/keygen_machine.hpp"

#include "actors/keygen_core.hpp"

namespace quorate::actors {

using consensus::Value;
using consensus::ValueKind;
using keygen::RecordKind;
using messages::KeygenState;

namespace {

/// Values that may be up for judgement in one attempt, shown certificates aside.
constexpr std::size_t max_asked = 256;
/// Contents kept for the agreement; besides them the own proposal and the one found valid last.
constexpr std::size_t max_kept = messages::max_offered_contents - 2;

}  // namespace

crypto::PartyKey clone_key(const crypto::PartyKey& key) {
  crypto::PartyKey out{key.party, {}};
  for (const crypto::SecretShare& share : key.shares) {
    out.shares.push_back({share.id, share.value.clone()});
  }
  return out;
}

KeygenMachine::KeygenMachine(std::unique_ptr<Core> core) : core_(std::move(core)) {}
KeygenMachine::KeygenMachine(KeygenMachine&&) noexcept = default;
KeygenMachine& KeygenMachine::operator=(KeygenMachine&&) noexcept = default;
KeygenMachine::~KeygenMachine() = default;

Result<KeygenMachine> KeygenMachine::make(KeygenSetup setup) {
  ASSERT(setup.self.has_value() == setup.host.has_value());
  TRY_ASSIGN(keygen::Stored stored,
             keygen::read_records(setup.records, {.attempt = 0, .start = setup.start}));
  TRY_ASSIGN(crypto::KeygenConfig config, messages::keygen_config(setup.set, stored.attempt.attempt,
                                                                  setup.network_id));
  if (setup.self) {
    ASSERT(setup.self->value < setup.set.members.size());
    ASSERT(setup.set.members[setup.self->value].key == setup.host->public_key());
  }
  return KeygenMachine{
      std::make_unique<Core>(std::move(setup), std::move(stored), std::move(config))};
}

KeygenEffects KeygenMachine::start(BurnHeight height) { return core_->start(height); }

Result<KeygenEffects> KeygenMachine::step(Instant, const KeygenInput& input) {
  TRY(core_->check(input));
  return core_->step(input);
}

consensus::InstanceId KeygenMachine::instance() const { return core_->instance(); }
const KeygenState& KeygenMachine::state() const { return core_->state(); }
const consensus::KeyContent* KeygenMachine::content(const Hash256& id) const {
  return core_->content(id);
}
const std::set<MemberIndex>& KeygenMachine::convicted() const { return core_->convicted(); }
const consensus::KeyCertificate* KeygenMachine::certificate() const {
  return core_->certificate();
}
crypto::GroupRef KeygenMachine::group() const { return core_->group(); }
const crypto::PartyKey* KeygenMachine::key() const { return core_->key(); }

KeygenMachine::Core::Core(KeygenSetup setup, keygen::Stored stored, crypto::KeygenConfig config)
    : scene_{std::move(setup.set), std::move(setup.db), setup.network_id},
      self_(setup.self),
      host_(std::move(setup.host)),
      deal_deadline_(setup.deal_deadline),
      confirm_deadline_(setup.confirm_deadline),
      certify_deadline_(setup.certify_deadline),
      entropy_(setup.entropy),
      prefix_(keygen_record_prefix(scene_.set, scene_.network_id,
                                   host_ ? KeygenPart::member : KeygenPart::watcher)),
      stored_(std::move(stored)),
      slice_units_(setup.slice_units),
      budget_(setup.slice_units),
      attempt_(stored_.attempt) {
  open_attempt(std::move(config));
}

void KeygenMachine::Core::open_attempt(crypto::KeygenConfig config) {
  state_ = {};
  state_.attempt = attempt_.attempt;
  state_.cid = Hash256::from(config.id().view());
  book_.emplace(std::move(config), &scene_, self_, host_ ? &*host_ : nullptr, entropy_);
  tally_.emplace(scene_.set);
  confirmed_.clear();
  has_confirmed_ = false;
  in_time_.clear();
  contents_.clear();
  offered_by_.clear();
  candidate_.reset();
  told_candidate_.reset();
  kept_.clear();
  liked_.reset();
  asked_.clear();
  combining_.clear();
  outcomes_.clear();
}

KeygenEffects KeygenMachine::Core::start(BurnHeight height) {
  Effects out;
  height_ = height;
  if (stored_.progress && self_) {
    const KeygenState& before = stored_.progress->state;
    has_confirmed_ = before.has_confirmed();
    std::size_t next = 0;
    for (std::uint16_t p = 0; p < before.confirmed.size(); ++p) {
      if (before.confirmed.test(p)) confirmed_[MemberIndex{p}] = before.dealing_hashes[next++];
    }
    for (const keygen::SeenWord& seen : stored_.progress->seen) {
      book_->remember_word(seen.dealer, seen.word);
    }
    for (const auto& fault : before.equivocations) book_->accuse(fault);
    for (const consensus::KeyContent& offered : before.offered) {
      contents_.emplace(offered.id(), offered);
      if (kept_.size() < max_kept) kept_.push_back(offered.id());
    }
  }
  if (stored_.result) restore(*stored_.result);
  out.push_back(AttemptOpened{instance()});
  // Who learned the key of an attempt without dealing in it does not begin to.
  if (!stored_.result || stored_.seeds.contains(attempt_.attempt)) deal(out);
  advance(out);
  return out;
}

void KeygenMachine::Core::deal(Effects& out) {
  if (!self_) return;
  auto [seed, is_new] = stored_.seeds.try_emplace(attempt_.attempt);
  if (is_new) {
    Bytes text;
    Writer{text}.put(entropy_).put(attempt_.attempt).put(state_.cid);
    seed->second = crypto::tagged_h("quorate/dealing-entropy", text);
    out.push_back(Persist{{keygen::record(prefix_, RecordKind::attempt, 0, attempt_),
                           keygen::record(prefix_, RecordKind::seed, attempt_.attempt,
                                          seed->second)}});
  }
  book_->begin_dealing(seed->second);
  go_on_dealing(out);
}

void KeygenMachine::Core::go_on_dealing(Effects& out) {
  const auto dealing = book_->deal(budget_);
  if (!dealing) {
    is_busy_ = true;
    return;
  }
  out.push_back(PutDealing{attempt_.attempt, *dealing});
  in_time_.insert(*self_);
}

Result<> KeygenMachine::Core::check(const KeygenInput& input) const {
  const std::size_t members = scene_.set.members.size();
  if (const auto* seen = std::get_if<DealingSeen>(&input)) {
    if (seen->member.value >= members) return Errc::keygen_unknown_member;
    if (seen->word.version.value <= attempt_.attempt) return Errc::keygen_other_attempt;
  } else if (const auto* peer = std::get_if<PeerKeygen>(&input)) {
    if (peer->member.value >= members) return Errc::keygen_unknown_member;
    if (peer->state.attempt < attempt_.attempt) return Errc::keygen_other_attempt;
    TRY(messages::check_shape(peer->state, members));
    if (peer->state.attempt == attempt_.attempt && peer->state.cid != state_.cid) {
      return Errc::keygen_other_instance;
    }
  } else if (const auto* asked = std::get_if<JudgeValue>(&input)) {
    if (asked->instance != instance()) return Errc::keygen_other_instance;
    const ValueKind kind = asked->value.kind;
    if (kind != ValueKind::key && kind != ValueKind::retry) return Errc::agreement_wrong_value_kind;
    if (!asked_.contains(asked->value) && asked_.size() >= max_asked &&
        asked->shown == Shown::nothing) {
      return Errc::keygen_too_many_values;
    }
  } else if (const auto* decided = std::get_if<KeyDecided>(&input)) {
    if (decided->certificate.instance != instance()) return Errc::keygen_other_instance;
  } else if (const auto* certified = std::get_if<KeyCertified>(&input)) {
    TRY(consensus::verify(certified->certificate, scene_.set, scene_.network_id));
    // The votes bind the content, and honest voters check its configuration.
    TRY(messages::keygen_config(scene_.set, certified->certificate.content.attempt,
                                scene_.network_id)
            .ok()
            ? done()
            : Result<>{Errc::keygen_other_instance});
  }
  return done();
}

KeygenEffects KeygenMachine::Core::step(const KeygenInput& input) {
  Effects out;
  budget_ = crypto::WorkBudget{slice_units_};
  std::visit([&](const auto& alternative) { on(alternative, out); }, input);
  advance(out);
  return out;
}

void KeygenMachine::Core::on(const DealingSeen& seen, Effects&) {
  if (seen.word.version.value > std::uint64_t{attempt_.attempt} + 1) {
    DealingSeen& kept = future_dealings_[seen.member];
    if (kept.word.version < seen.word.version) kept = seen;
    return;
  }
  // The last block of the dealing round still counts: heights of honest members differ by little.
  if (book_->add(seen) && !reached(deal_deadline_ + 1)) in_time_.insert(seen.member);
}

void KeygenMachine::Core::on(const PeerKeygen& peer, Effects& out) {
  if (self_ && peer.member == *self_) return;
  if (peer.state.attempt > attempt_.attempt) {
    future_states_[peer.member] = peer.state;
    follow_others(out);
    return;
  }
  tally_->count(peer.member, peer.state);
  for (const auto& fault : peer.state.equivocations) book_->accuse(fault);
  for (const auto& complaint : peer.state.complaints) book_->hear(peer.member, complaint);
  learn_contents(peer.member, peer.state);
}

/// ≥ 34 % of weight in a later attempt: an honest member saw the one before it end in `retry`.
void KeygenMachine::Core::follow_others(Effects& out) {
  if (certificate_ || votes_) return;
  std::map<std::uint32_t, Weight, std::greater<>> by_attempt;
  for (const auto& [member, state] : future_states_) {
    by_attempt[state.attempt] += scene_.set.weight(member);
  }
  Weight above{0};
  for (const auto& [attempt, weight] : by_attempt) {
    above += weight;
    if (is_third(above, scene_.set.total())) {
      enter_attempt(attempt, self_ ? Dealing::own : Dealing::none, out);
      return;
    }
  }
}

void KeygenMachine::Core::learn_contents(MemberIndex member, const KeygenState& state) {
  std::vector<Hash256>& ids = offered_by_[member];
  ids.clear();
  for (const consensus::KeyContent& content : state.offered) {
    const Hash256 id = content.id();
    ids.push_back(id);
    contents_.emplace(id, content);
  }
  forget_contents();
}

/// Contents that nobody offers or asks about any more go, so that at most a few per member stay.
void KeygenMachine::Core::forget_contents() {
  std::set<Hash256> needed{kept_.begin(), kept_.end()};
  if (liked_) needed.insert(*liked_);
  for (const auto& [member, ids] : offered_by_) needed.insert(ids.begin(), ids.end());
  for (const auto& [value, asked] : asked_) needed.insert(value.id);
  if (candidate_) needed.insert(candidate_->id);
  if (votes_) needed.insert(votes_->value.id);
  std::erase_if(contents_, [&](const auto& entry) { return !needed.contains(entry.first); });
}

void KeygenMachine::Core::on(const KeygenBurnHeight& tip, Effects&) {
  // A reorganisation may take the tip back; rounds that have begun stay begun.
  height_ = std::max(height_, tip.height);
}

void KeygenMachine::Core::on(const JudgeValue& asked, Effects&) {
  Asked& entry = asked_[asked.value];
  entry.told.reset();
  if (asked.shown == Shown::prepare_certificate) entry.shown = asked.shown;
}

void KeygenMachine::Core::on(const KeepContent& kept, Effects&) {
  if (kept.value.kind != ValueKind::key) return;
  std::erase(kept_, kept.value.id);
  kept_.insert(kept_.begin(), kept.value.id);
  if (kept_.size() > max_kept) kept_.pop_back();
}

void KeygenMachine::Core::on(const KeyDecided& decided, Effects& out) {
  if (certificate_ || votes_) return;
  if (decided.certificate.value.kind == ValueKind::retry) {
    enter_attempt(attempt_.attempt + 1, self_ ? Dealing::own : Dealing::none, out);
  } else {
    votes_ = decided.certificate;
  }
}

void KeygenMachine::Core::on(const KeygenTime&, Effects&) { has_asked_for_time_ = false; }

void KeygenMachine::Core::on(const KeyCertified& certified, Effects& out) {
  if (certificate_) return;
  const consensus::KeyContent& content = certified.certificate.content;
  if (content.attempt != attempt_.attempt) enter_attempt(content.attempt, Dealing::none, out);
  if (content.cid != state_.cid) return;
  contents_.emplace(content.id(), content);
  votes_ = certified.certificate.votes;
}

void KeygenMachine::Core::enter_attempt(std::uint32_t attempt, Dealing dealing, Effects& out) {
  auto config = messages::keygen_config(scene_.set, attempt, scene_.network_id);
  ASSERT(config.ok());  // The same set was accepted at the start.
  attempt_ = {attempt, std::max(height_, attempt_.start)};
  banned_ = convicted_;
  open_attempt(std::move(config).value());
  out.push_back(Persist{{keygen::record(prefix_, RecordKind::attempt, 0, attempt_)}});
  if (dealing == Dealing::own) {
    out.push_back(AttemptOpened{instance()});
    deal(out);
  }
  replay_future(out);
}

void KeygenMachine::Core::replay_future(Effects& out) {
  for (const auto& [member, seen] : std::exchange(future_dealings_, {})) {
    if (seen.word.version.value > attempt_.attempt) on(seen, out);
  }
  for (const auto& [member, state] : std::exchange(future_states_, {})) {
    const PeerKeygen peer{member, state};
    if (check(peer).ok()) on(peer, out);
  }
}

const consensus::KeyContent* KeygenMachine::Core::content(const Hash256& id) const {
  if (certificate_ && certificate_->content.id() == id) return &certificate_->content;
  const auto found = contents_.find(id);
  return found == contents_.end() ? nullptr : &found->second;
}

}  // namespace quorate::actors
