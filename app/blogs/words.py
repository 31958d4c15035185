"""How it is with a blog, in words for its writer and the coaches."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.blogs.models import Blog, State, Trouble
from app.clock import now
from app.web.i18n import Locale, Message, message

WEEK = timedelta(days=6)

NOT_PUBLIC = message("There is no site on the public web at this address. Check each letter.")
"""One sentence for two reasons: nobody learns from it which names there are in a house's own network."""
TROUBLES = {
    Trouble.ADDRESS: message("This is no address of the web. It begins with https://."),
    Trouble.NO_HOST: NOT_PUBLIC,
    Trouble.PRIVATE: NOT_PUBLIC,
    Trouble.UNREACHABLE: message("Nobody answers at this address."),
    Trouble.CERTIFICATE: message(
        "The site cannot show that it is who it says: its certificate is not in order."
    ),
    Trouble.SLOW: message("The site takes too long to answer."),
    Trouble.LARGE: message("What the site sends is too large: more than 3 MB."),
    Trouble.LOOP: message("The address leads on to another one, again and again."),
    Trouble.BROKEN: message("What the site sends cannot be read."),
    Trouble.NO_FEED: message(
        "There is no feed here. Try the address of the feed itself; it often ends with /feed or /rss."
    ),
}
STATUSES = {
    401: message("it asks for a password."),
    403: message("it does not let us in."),
    404: message("there is nothing at this address."),
    410: message("it says that the feed is gone for good."),
    429: message("it wants to be asked less often."),
}
ITS_FAULT = message("the site has a problem of its own.")
UNKNOWN_STATUS = message("we do not know what that means here.")


def trouble_in_words(trouble: str, status: int | None) -> Message:
    """One sentence, for beside a field."""
    if trouble != Trouble.STATUS or status is None:
        return TROUBLES.get(Trouble(trouble), TROUBLES[Trouble.BROKEN])
    known = {
        401: message("The site asks for a password (401)."),
        403: message("The site does not let us in (403)."),
        404: message("There is nothing at this address (404). Check each letter."),
        410: message("The site says that this is gone for good (410)."),
        429: message("The site wants to be asked less often (429). Try again in an hour."),
    }
    if status in known:
        return known[status]
    return message("The site answers %(status)s, so there is nothing to read now.", status=status)


def state_in_words(blog: Blog, locale: Locale, *, own: bool) -> str:
    """ "Read 2 hours ago, 3 new posts." or what is wrong, and since when; to its writer or to a coach."""
    _ = locale.gettext
    if blog.state == State.PROPOSED:
        return _("Waits for the learner to say yes.") if not own else _("Nothing is read before you say yes.")
    if blog.trouble:
        return " ".join((_what_is_wrong(blog, locale, own=own), _what_follows(blog, locale)))
    if blog.read_at is None:
        return _("Not read yet.")
    ago = locale.ago(blog.read_at)
    if not blog.new_posts:
        return _("Read %(ago)s, no new posts.") % {"ago": ago}
    words = locale.ngettext(
        "Read %(ago)s, %(num)s new post.", "Read %(ago)s, %(num)s new posts.", blog.new_posts
    )
    return words % {"ago": ago, "num": blog.new_posts}


def _what_is_wrong(blog: Blog, locale: Locale, *, own: bool) -> str:
    _ = locale.gettext
    day = day_in_words(blog.troubled_since or now(), locale)
    if blog.trouble == Trouble.STATUS and blog.status:
        why = STATUSES.get(blog.status, ITS_FAULT if blog.status >= 500 else UNKNOWN_STATUS)
        values = {"status": blog.status, "day": day, "why": why.translated(_)}
        if own:
            return _("Your blog answers %(status)s since %(day)s: %(why)s") % values
        return _("The blog answers %(status)s since %(day)s: %(why)s") % values
    why = trouble_in_words(blog.trouble or "", None)
    values = {"day": day, "why": why.translated(_)}
    if own:
        return _("Your blog cannot be read since %(day)s. %(why)s") % values
    return _("The blog cannot be read since %(day)s. %(why)s") % values


def _what_follows(blog: Blog, locale: Locale) -> str:
    if blog.state == State.STOPPED:
        return locale.gettext("It is not asked any more.")
    moment = {"moment": locale.datetime(max(blog.next_due_at, now()))}
    return locale.gettext("The next try is on %(moment)s.") % moment


def day_in_words(moment: datetime, locale: Locale) -> str:
    """ "Tuesday", or the date of a day further back."""
    return locale.date(moment, "EEEE" if now() - moment < WEEK else "long")
