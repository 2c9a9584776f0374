// What must outlive a restart, so that nothing is ever signed twice for one view and no lock is
// forgotten. One record per instance, replaced whole.
#include "actors/agreement_machine.hpp"
#include "actors/agreement_record.hpp"

namespace quorate::actors {

using consensus::BurnLink;
using consensus::Phase;
using consensus::Value;
using consensus::View;
using consensus::Vote;
using consensus::VoteCertificate;

namespace {

/// Headers of the own chain kept below each lock: after a restart it may be the orphaned branch.
constexpr std::size_t kept_links = 12;

}  // namespace

Bytes AgreementMachine::record_key(const SetHash& set, const consensus::InstanceId& instance) {
  Bytes key;
  Writer{key}.put(set).put(instance);
  return key;
}

std::vector<BurnLink> AgreementMachine::links_of(const std::vector<Value>& values,
                                                 std::size_t below, std::size_t most) const {
  std::map<std::pair<BurnHeight, BurnHash>, BurnLink> links;
  for (const Value& value : values) {
    for (const BurnLink& link : bitcoin_.path(value.burn_view, below)) {
      if (links.size() < most) links.emplace(std::pair{link.height, link.hash()}, link);
    }
  }
  std::vector<BurnLink> ascending;
  for (const auto& [place, link] : links) ascending.push_back(link);
  return ascending;
}

Bytes AgreementMachine::record() const {
  agreement::PromiseRecord promise;
  promise.current = current_;
  promise.view = view_;
  promise.prepare = prepare_;
  promise.answered = answered_;
  promise.commit = commit_;
  if (proposed_) {
    promise.proposed = proposed_->word;
    promise.rejected = proposed_->rejected;
  }
  std::vector<Value> locked;
  for (const auto& [value, view] : locks_) {
    promise.locks.push_back({value, view});
    promise.certificates.push_back(known_.at(value));
    locked.push_back(value);
  }
  promise.links = links_of(locked, kept_links, 512);
  promise.decisions = decisions_;
  return encode(promise);
}

Result<> AgreementMachine::on(const agreement::Restored& input) {
  const auto read = decode<agreement::PromiseRecord>(input.record);
  if (!read.ok() || read->locks.size() != read->certificates.size()) {
    return Errc::agreement_bad_record;
  }
  const agreement::PromiseRecord& promise = *read;
  for (std::size_t i = 0; i < promise.locks.size(); ++i) {
    if (promise.locks[i].value != promise.certificates[i].value ||
        promise.locks[i].view > promise.certificates[i].view) {
      return Errc::agreement_bad_record;
    }
  }
  current_ = promise.current;
  view_ = promise.view;
  prepare_ = promise.prepare;
  answered_ = promise.answered;
  commit_ = promise.commit;
  if (promise.proposed) {
    // Without its leader certificate it is never published again; a further round follows it.
    proposed_.emplace();
    proposed_->word = *promise.proposed;
    proposed_->rejected = promise.rejected;
    round_over_ = true;
  }
  for (std::size_t i = 0; i < promise.locks.size(); ++i) {
    locks_.emplace(promise.locks[i].value, promise.locks[i].view);
    known_.emplace(promise.locks[i].value, promise.certificates[i]);
    bitcoin_.place(promise.links, promise.locks[i].value.burn_view);
  }
  decisions_ = promise.decisions;
  if (prepare_) prepares_[context_->self] = *prepare_;
  if (commit_) commits_[context_->self] = *commit_;
  dirty_ = true;
  return done();
}

Bytes AgreementMachine::fingerprint() const {
  Bytes text;
  Writer out{text};
  const auto put_map = [&out](const auto& map) {
    out.put(static_cast<std::uint32_t>(map.size()));
    for (const auto& [key, value] : map) out.put(key).put(value);
  };
  bitcoin_.put(out);
  out.raw(record()).put(started_).put(cut_off_).put(over_).put(round_over_);
  out.put(proposed_).put(refusal_).put(armed_).put(needed_).put(opened_).put(own_epoch_);
  out.put(newest_epoch_);
  put_map(known_);
  put_map(prepares_);
  put_map(commits_);
  put_map(refusals_);
  put_map(views_);
  put_map(heard_);
  for (const auto* values : {&signed_, &wanted_}) {
    out.put(static_cast<std::uint32_t>(values->size()));
    for (const Value& value : *values) out.put(value);
  }
  for (const auto& [value, judged] : judged_) {
    out.put(value).put(judged.fees).put(judged.source).put(judged.order);
    out.put(static_cast<std::uint8_t>(judged.verdict)).put(static_cast<std::uint8_t>(judged.seen));
    out.put(static_cast<std::uint8_t>(judged.tail));
  }
  return text;
}

}  // namespace quorate::actors
