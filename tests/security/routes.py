"""The authorization matrix: who gets what from every address, in each state that matters.

`page` is the page itself and `done` a redirect after something was done; `login` leads to the sign-in page.
`404` is to the letter the answer to an address that never was, `gone` the page of a dead link, which knows no
more; other numbers are what they say. The learner is the author of what is asked for. A route of the
application that is not here fails the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.clock import now
from app.main import STATIC
from app.web.static import StaticFiles
from tests.cast import PASSWORD
from tests.security.world import ISSUER, PROPOSED, ROLES, SUBJECT, WORD, World

CSRF_EXEMPT = frozenset({"/unsubscribe"})
"""What takes forms of other sites: mail programs end a kind of mail with it (RFC 8058), by a word that only
that mail has."""

DEMO_ONLY = {("GET", "/-/changes"), ("GET", "/styleguide")}
"""For who writes content and templates: that something changed, and how every component looks."""

MATRIX = """
                                                                           out   stran learn peer  other coach other organ admin
GET  /                                                                     page  page  page  page  page  page  page  page  page
GET  /programmes                                                           page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}                                               page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}                                  inside       page  page  page  page  page  page  page  page  page
POST /programmes/{programme}/enrol                                         login done  done  done  done  done  done  done  done
GET  /enrolments/{enrolment}/break                                         login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/break                                         login 404   done  404   404   404   404   404   404
POST /enrolments/{enrolment}/break/end                                     login 404   done  404   404   404   404   404   404
GET  /enrolments/{enrolment}/short                                         login 404   page  404   404   404   404   404   404
GET  /enrolments/{enrolment}/now                                           login 404   page  404   404   404   404   404   404
GET  /enrolments/{enrolment}/plan                                          login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/plan                                          login 404   done  404   404   404   404   404   404
POST /enrolments/{enrolment}/plan/end                                      login 404   done  404   404   404   404   404   404
GET  /enrolments/{enrolment}/plan.ics                                      login 404   page  404   404   404   404   404   404
GET  /enrolments/{enrolment}/agreement                                     login 404   page  404   404   404   404   404   404
GET  /programmes/{programme}/record                                        login 404   page  page  page  404   404   404   404
GET  /programmes/{programme}/record/posts                                  login 404   page  page  page  404   404   404   404
POST /programmes/{programme}/record/posts                                  login 404   done  done  done  404   404   404   404
GET  /enrolments/{enrolment}/stop                                          login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/stop                                          login 404   done  404   404   404   404   404   404
GET  /enrolments/{enrolment}/looking-back                                  login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/looking-back                                  login 404   done  404   404   404   404   404   404
GET  /enrolments/{enrolment}/questions/{moment}                            login 404   page  404   404   404   404   404   404
GET  /enrolments/{enrolment}/questions/{moment}               unknown      login 404   404   404   404   404   404   404   404
POST /enrolments/{enrolment}/questions/{moment}                            login 404   done  404   404   404   404   404   404
POST /enrolments/{enrolment}/questions/{moment}               unknown      login 404   404   404   404   404   404   404   404
POST /programmes/{programme}/{thing}/use                                   login 404   done  done  done  404   404   404   404
POST /programmes/{programme}/{thing}/use                      unknown      login 404   404   404   404   404   404   404   404
POST /programmes/{programme}/{thing}/use/line                              login 404   done  done  done  404   404   404   404
POST /programmes/{programme}/{thing}/use/line                 unknown      login 404   404   404   404   404   404   404   404
GET  /pause/{token}                                                        page  page  page  page  page  page  page  page  page
POST /pause/{token}                                                        page  page  page  page  page  page  page  page  page
GET  /pause/{token}                                           unknown      404   404   404   404   404   404   404   404   404
POST /pause/{token}                                           unknown      404   404   404   404   404   404   404   404   404
GET  /enrolments/{enrolment}/leave                                         login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/leave                                         login 404   done  404   404   404   404   404   404
GET  /enrolments/{enrolment}/mentor                                        login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/mentor                                        login 404   done  404   404   404   404   404   404
POST /enrolments/{enrolment}/mentor/tiles                                  login 404   done  404   404   404   404   404   404
POST /enrolments/{enrolment}/mentor/end                                    login 404   done  404   404   404   404   404   404
GET  /mentor/{token}                                                       login page  page  page  page  page  page  page  page
POST /mentor/{token}                                                       login done  done  409   done  409   done  done  done
GET  /mentor/{token}                                          unknown      login 404   404   404   404   404   404   404   404
POST /mentor/{token}                                          unknown      login 404   404   404   404   404   404   404   404
GET  /mentoring                                                            login page  page  page  page  page  page  page  page
POST /mentoring/{mentorship}/accept                                        login 404   404   404   404   404   done  404   404
POST /mentoring/{mentorship}/end                              asked        login 404   404   404   404   404   done  404   404
POST /mentoring/{mentorship}/end                                           login done  404   404   404   404   404   404   404
GET  /programmes/{programme}/images/{path:path}                            page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}/images/{path:path}               inside       404   page  page  page  page  page  page  page  page
GET  /programmes/{programme}/images/{path:path}               unknown      404   404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}                                       page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}/{thing}                          inside       login page  page  page  page  page  page  page  page
GET  /programmes/{programme}/{thing}                          earlier      301   301   301   301   301   301   301   301   301
GET  /programmes/{programme}/{thing}                          unknown      404   404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}/posts                                 page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}/{thing}/posts                    inside       login page  page  page  page  page  page  page  page
GET  /programmes/{programme}/{thing}/posts                    earlier      301   301   301   301   301   301   301   301   301
GET  /programmes/{programme}/{thing}/posts                    unknown      404   404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}/feed.atom                             page  page  page  page  page  page  page  page  page
GET  /programmes/{programme}/{thing}/feed.atom                inside       404   404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}/feed.atom                unknown      404   404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}/feed.atom                forged       404   404   404   404   404   404   404   404   404
POST /programmes/{programme}/{thing}/activities/{activity}                 login done  done  done  done  done  done  done  done
POST /programmes/{programme}/{thing}/activities/{activity}    unknown      login 404   404   404   404   404   404   404   404
GET  /programmes/{programme}/{thing}/reflect                               login page  page  page  page  page  page  page  page
POST /programmes/{programme}/{thing}/reflect                               403   done  done  done  done  done  done  done  done
POST /programmes/{programme}/{thing}/reflect                  draft        403   done  done  done  done  done  done  done  done
GET  /programmes/{programme}/{thing}/stuck                                 login page  page  page  page  page  page  page  page
POST /programmes/{programme}/{thing}/stuck                                 login 422   done  done  done  422   422   422   422
GET  /posts/new                                                            login page  page  page  page  page  page  page  page
GET  /posts/new                                               in-group     login 404   page  404   404   404   404   404   404
POST /posts/new                                                            403   done  done  done  done  done  done  done  done
POST /posts/new                                               in-group     403   404   done  404   404   404   404   404   404
GET  /posts/new                                               asking       login 404   page  page  404   404   404   404   404
POST /posts/new                                               asking       403   404   done  done  404   404   404   404   404
GET  /journals/{handle}                                                    page  page  page  page  page  page  page  page  page
GET  /journals/{handle}                                       inside       404   page  page  page  page  page  page  page  page
GET  /journals/{handle}                                       inside-older 404   page  page  page  page  page  page  page  page
GET  /journals/{handle}/feed.atom                                          page  page  page  page  page  page  page  page  page
GET  /journals/{handle}/feed.atom                             inside       404   404   404   404   404   404   404   404   404
GET  /journals/{handle}/feed.atom                             forged       404   404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}                                private      404   404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}                                coaches      404   404   page  404   404   page  404   404   404
GET  /journals/{handle}/{post}                                mentor       404   page  page  404   404   404   404   404   404
GET  /journals/{handle}/{post}                                pod          404   404   page  page  404   page  404   404   404
GET  /journals/{handle}/{post}                                cohort       404   404   page  page  404   page  404   404   404
GET  /journals/{handle}/{post}                                members      404   page  page  page  page  page  page  page  page
GET  /journals/{handle}/{post}                                public       page  page  page  page  page  page  page  page  page
GET  /journals/{handle}/{post}                                draft        404   404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}                                deleted      404   404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}                                elsewhere    404   404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}                                hidden       404   404   page  404   404   page  404   404   404
GET  /journals/{handle}/{post}                                taken        404   404   page  404   404   page  404   404   404
GET  /journals/{handle}/{post}/edit                           public       login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/edit                           draft        login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/edit                           deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/edit                           public       403   404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/edit                           draft        403   404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/edit                           deleted      403   404   404   404   404   404   404   404   404
POST /programmes/{programme}/{thing}/reflect/pictures                      403   422   422   422   422   422   422   422   422
POST /posts/new/pictures                                                   403   422   422   422   422   422   422   422   422
POST /journals/{handle}/{post}/edit/pictures                  public       403   404   422   404   404   404   404   404   404
GET  /pictures/{name}                                         cohort       404   404   page  page  404   page  404   404   404
GET  /pictures/{name}                                         private      404   404   page  404   404   404   404   404   404
GET  /pictures/{name}                                         public       page  page  page  page  page  page  page  page  page
GET  /pictures/{name}                                         unknown      404   404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/delete                         public       login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/delete                         draft        login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/delete                         deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/restore                        public       login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/restore                        deleted      login 404   done  404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions                      cohort       login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions                      public       login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions                      draft        login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions                      deleted      login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions/{revision}           cohort       login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions/{revision}           public       login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/revisions/{revision}           unknown      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/revisions/{revision}/restore   cohort       login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/revisions/{revision}/restore   public       login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/revisions/{revision}/restore   unknown      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers                        private      login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/answers                        coaches      login 404   done  404   404   done  404   404   404
POST /journals/{handle}/{post}/answers                        cohort       login 404   done  done  404   done  404   404   404
POST /journals/{handle}/{post}/answers                        feedback     login 404   done  404   404   done  404   404   404
POST /journals/{handle}/{post}/answers                        members      login done  done  done  done  done  done  done  done
POST /journals/{handle}/{post}/answers                        public       login done  done  done  done  done  done  done  done
POST /journals/{handle}/{post}/answers                        draft        login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers                        deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/delete        comment      login 404   404   done  404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/delete        feedback     login 404   404   404   404   done  404   404   404
POST /journals/{handle}/{post}/answers/{answer}/delete        deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/delete        lost         login 404   404   404   done  404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/edit          comment      login 404   404   page  404   404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/edit          feedback     login 404   404   404   404   page  404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/edit          deleted      login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/edit          lost         login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/edit          comment      login 404   404   done  404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/edit          lost         login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/accept        helpful      login 404   done  404   404   done  404   404   404
POST /journals/{handle}/{post}/answers/{answer}/accept        for-coaches  login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/accept        below        login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/accept        comment      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/reactions     comment      login 404   done  404   404   done  404   404   404
POST /journals/{handle}/{post}/answers/{answer}/reactions     feedback     login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/reactions     deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/reactions                      private      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/reactions                      coaches      login 404   404   404   404   done  404   404   404
POST /journals/{handle}/{post}/reactions                      cohort       login 404   404   done  404   done  404   404   404
POST /journals/{handle}/{post}/reactions                      members      login done  404   done  done  done  done  done  done
POST /journals/{handle}/{post}/reactions                      public       login done  404   done  done  done  done  done  done
POST /journals/{handle}/{post}/reactions                      deleted      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/restore       deleted      login 404   404   done  404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/restore       comment      login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/report                         private      login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/report                         coaches      login 404   404   404   404   page  404   404   404
GET  /journals/{handle}/{post}/report                         cohort       login 404   404   page  404   page  404   404   404
GET  /journals/{handle}/{post}/report                         members      login page  404   page  page  page  page  page  page
GET  /journals/{handle}/{post}/report                         hidden       login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/report                         draft        login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/report                         private      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/report                         cohort       login 404   404   done  404   done  404   404   404
POST /journals/{handle}/{post}/report                         members      login done  404   done  done  done  done  done  done
POST /journals/{handle}/{post}/report                         hidden       login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/report        comment      login 404   page  404   404   page  404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/report        feedback     login 404   page  404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/report        feedback     login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/report        hidden       login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/hide                           private      login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/hide                           cohort       login 404   404   404   404   page  404   404   404
GET  /journals/{handle}/{post}/hide                           members      login 404   404   404   404   page  404   page  page
POST /journals/{handle}/{post}/hide                           private      login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/hide                           cohort       login 404   404   404   404   done  404   404   404
POST /journals/{handle}/{post}/hide                           public       login 404   404   404   404   done  404   done  done
POST /journals/{handle}/{post}/hide                           elsewhere    login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/hide          comment      login 404   404   404   404   page  404   404   404
POST /journals/{handle}/{post}/answers/{answer}/hide          comment      login 404   404   404   404   done  404   404   404
POST /journals/{handle}/{post}/answers/{answer}/hide          feedback     login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/appeal                         hidden       login 404   page  404   404   404   404   404   404
GET  /journals/{handle}/{post}/appeal                         cohort       login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/appeal                         taken        login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/appeal                         cohort       login 404   404   404   404   404   404   404   404
GET  /journals/{handle}/{post}/answers/{answer}/appeal        hidden       login 404   404   page  404   404   404   404   404
POST /journals/{handle}/{post}/answers/{answer}/appeal        hidden       login 404   404   done  404   404   404   404   404
POST /journals/{handle}/{post}/keep                           private      login 404   done  404   404   404   404   404   404
POST /journals/{handle}/{post}/keep                           cohort       login 404   done  done  404   done  404   404   404
POST /journals/{handle}/{post}/keep                           public       login done  done  done  done  done  done  done  done
POST /journals/{handle}/{post}/keep                           draft        login 404   404   404   404   404   404   404   404
POST /journals/{handle}/{post}/keep                           deleted      login 404   404   404   404   404   404   404   404
POST /programmes/{programme}/{thing}/keep                                  login done  done  done  done  done  done  done  done
POST /programmes/{programme}/{thing}/keep                     unknown      login 404   404   404   404   404   404   404   404
GET  /search                                                               page  page  page  page  page  page  page  page  page
GET  /search                                                  words        page  page  page  page  page  page  page  page  page
GET  /search                                                  in-cohort    404   404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}                                                     login 404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}/questions                                           login 404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}/people                                              login 404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}/feed.atom                                           404   404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/feed.atom                              forged       404   404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach                                               login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/inbox                                         login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/inbox/read                                    login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}                     cohort       login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}                     private      login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}                     draft        login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}                     deleted      login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}                     hidden       login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/inbox/{post}             other_learner-cohort login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/answers             cohort       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/answers             private      login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/answers             hidden       login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/another-look        cohort       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/another-look        private      login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/approve             cohort       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/approve             private      login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/read                members      login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/read                private      login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/reactions           cohort       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/reactions           private      login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/hand-over           cohort       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/inbox/{post}/hand-over           private      login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/promise                                       login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/promise                                       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/talks                       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/talks          elsewhere    login 404   404   404   404   404   404   404   404
GET  /coach/templates                                                      login 404   404   404   404   page  page  404   404
GET  /coach/templates/new                                                  login 404   404   404   404   page  page  404   404
POST /coach/templates                                                      login 404   404   404   404   done  done  404   404
GET  /coach/templates/{template}                                           login 404   404   404   404   page  404   404   404
POST /coach/templates/{template}                                           login 404   404   404   404   done  404   404   404
POST /coach/templates/{template}/delete                                    login 404   404   404   404   done  404   404   404
GET  /talks                                                                login page  page  page  page  page  page  page  page
POST /talks/{talk}                                                         login 404   done  404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}                             login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}                elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}/remove                      login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/remove                      login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/remove         elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/progress.csv                                  login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/today                                         login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/today/{handle}/later                          login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/today/{handle}/later             elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/today/rules                                   login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/today/rules                                   login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/pace                                          login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/report                                              login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/report/links                                        login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/report/links/{link}/withdraw                        login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/report/links/{link}/withdraw           elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/report/quotes/{quote}/leave-out                     login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/report/quotes/{quote}/leave-out        elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/report/quotes/{quote}/show                          login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/report/next                                         login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/report/next                                         login 404   404   404   404   done  404   done  done
GET  /reports/{token}                                                      page  page  page  page  page  page  page  page  page
GET  /reports/{token}                                         withdrawn    404   404   404   404   404   404   404   404   404
GET  /reports/{token}                                         over         404   404   404   404   404   404   404   404   404
GET  /reports/{token}                                         unknown      404   404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/message                                       login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/message                                       login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/pods                                          login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/pods                             alone        login 404   404   404   404   422   404   404   404
GET  /cohorts/{cohort}/coach/pods/new                                      login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/pods/deal                                     login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/pods/deal                                     login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/pods/{pod}                                    login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/pods/{pod}                       elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/pods/{pod}                       alone        login 404   404   404   404   422   404   404   404
POST /cohorts/{cohort}/coach/pods/{pod}                       elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/pods/{pod}/dissolve                           login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/pods/{pod}/dissolve              elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/buddies                          alone        login 404   404   404   404   422   404   404   404
GET  /cohorts/{cohort}/coach/buddies/new                                   login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/buddies/deal                                  login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/buddies/deal                                  login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/buddies/{handle}/part                         login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/buddies/{handle}/part            elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/time                                          login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/time                                          login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/notes                                         login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/notes/{thing}                                 login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/notes/{thing}                                 login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/reports                                       login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/reports/{report}                              login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/reports/{report}                 desk         login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/reports/{report}                              login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/reports/{report}                 hide         login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/reports/{report}                 desk         login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/hidings/{hiding}/lift                         login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/hidings/{hiding}/lift            taken        login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/blogs                                        login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/blogs                                        login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/blogs                            propose     login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/journals.opml                                      login 404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}/sessions                                            login 404   page  page  404   page  404   page  page
GET  /cohorts/{cohort}/sessions/{session}                                  login 404   page  page  404   page  404   page  page
GET  /cohorts/{cohort}/sessions/{session}                     cancelled    login 404   page  page  404   page  404   page  page
GET  /cohorts/{cohort}/sessions/{session}                     elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/sessions/{session}/calendar.ics                     login 404   page  page  404   page  404   page  page
POST /cohorts/{cohort}/sessions/{session}/answer                           login 404   done  done  404   404   404   404   404
POST /cohorts/{cohort}/sessions/{session}/answer              cancelled    login 404   409   409   404   404   404   404   404
GET  /cohorts/{cohort}/sessions/{session}/here                             login 404   page  page  404   404   404   404   404
POST /cohorts/{cohort}/sessions/{session}/here                             login 404   done  done  404   404   404   404   404
POST /cohorts/{cohort}/sessions/{session}/here                wrong        login 404   422   422   404   404   404   404   404
GET  /cohorts/{cohort}/calendar.ics                                        login 404   page  page  404   page  404   404   404
GET  /cohorts/{cohort}/calendar.ics                           forged       404   404   404   404   404   404   404   404   404
GET  /calendar.ics                                                         login page  page  page  page  page  page  page  page
GET  /calendar.ics                                            forged       404   404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/sessions/new                                  login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/sessions                                      login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/coach/sessions/{session}/edit                       login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/sessions/{session}/edit                       login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/coach/sessions/{session}/edit          elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/sessions/{session}/notes                      login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/sessions/{session}/notes                      login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/coach/sessions/{session}/cancel                     login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/sessions/{session}/cancel                     login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/coach/sessions/{session}/restore       cancelled    login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/coach/sessions/{session}/attendance                 login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/sessions/{session}/attendance                 login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/sessions/{session}/attendance/{handle}        login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/sessions/{session}/attendance/{handle} elsewhere login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/sessions/{session}/room                       login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/sessions/{session}/room                       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/notes                       login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/notes          elsewhere    login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}/notes/{note}/edit           login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/notes/{note}/edit           login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/notes/{note}/edit elsewhere login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/notes/{note}/delete         login 404   404   404   404   done  404   404   404
GET  /conversations                                                        login page  page  page  page  page  page  page  page
GET  /conversations/{conversation}                                         login 404   page  404   404   page  404   404   404
GET  /conversations/{conversation}                            agreed       login 404   page  404   404   page  404   404   404
GET  /conversations/{conversation}                            elsewhere    login 404   404   404   page  404   page  404   404
POST /conversations/{conversation}/times                                   login 404   404   404   404   done  404   404   404
POST /conversations/{conversation}/agree                                   login 404   done  404   404   404   404   404   404
POST /conversations/{conversation}/others                                  login 404   done  404   404   404   404   404   404
POST /conversations/{conversation}/cancel                                  login 404   done  404   404   done  404   404   404
POST /conversations/{conversation}/agenda                                  login 404   done  404   404   done  404   404   404
POST /conversations/{conversation}/agenda/{point}/remove                   login 404   done  404   404   404   404   404   404
POST /conversations/{conversation}/summary                                 login 404   404   404   404   done  404   404   404
POST /conversations/{conversation}/actions                                 login 404   done  404   404   done  404   404   404
POST /conversations/{conversation}/actions/{action}                        login 404   done  404   404   done  404   404   404
POST /conversations/{conversation}/actions/{action}           elsewhere    login 404   404   404   404   404   404   404   404
POST /conversations/{conversation}/actions/{action}/remove                 login 404   done  404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}/conversations/new           login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/coach/learners/{handle}/conversations/new elsewhere login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/learners/{handle}/conversations               login 404   404   404   404   done  404   404   404
GET  /enrolments/{enrolment}/conversation                                  login 404   page  404   404   404   404   404   404
POST /enrolments/{enrolment}/conversation                                  login 404   done  404   404   404   404   404   404
POST /cohorts/{cohort}/coach/checklist                                     login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/take-part                                     login 404   404   404   404   done  404   404   404
GET  /cohorts/{cohort}/coach/poster                                        login 404   404   404   404   page  404   404   404
GET  /cohorts/{cohort}/announcements                                       login 404   page  page  404   page  404   page  page
GET  /cohorts/{cohort}/announcements/{announcement}                        login 404   page  page  404   page  404   page  page
GET  /cohorts/{cohort}/announcements/{announcement}           taken-back   login 404   404   404   404   page  404   page  page
GET  /cohorts/{cohort}/announcements/{announcement}           elsewhere    login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/announcements/{announcement}/read                   login 404   done  done  404   404   404   404   404
POST /cohorts/{cohort}/announcements/{announcement}/read      taken-back   login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/announcements/new                             login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/announcements                                 login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/coach/announcements/{announcement}/edit             login 404   404   404   404   page  404   page  page
POST /cohorts/{cohort}/coach/announcements/{announcement}/edit             login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/coach/announcements/{announcement}/edit elsewhere   login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/announcements/{announcement}/take-back        login 404   404   404   404   done  404   done  done
POST /cohorts/{cohort}/coach/announcements/{announcement}/restore taken-back login 404   404   404   404   done  404   done  done
GET  /cohorts/{cohort}/coach/announcements/{announcement}/readers          login 404   404   404   404   page  404   404   404
GET  /join                                                                 login page  page  page  page  page  page  page  page
POST /join                                                                 login done  done  done  done  done  done  done  done
POST /join                                                    unknown      login 422   422   422   422   422   422   422   422
GET  /join/{code}                                                          page  page  page  page  page  page  page  page  page
GET  /join/{code}                                             unknown      404   404   404   404   404   404   404   404   404
POST /join/{code}                                                          login done  done  done  done  done  done  done  done
POST /join/{code}                                             full         login 409   409   409   409   409   409   409   409
POST /join/{code}                                             over         login 409   409   409   409   409   409   409   409
POST /join/{code}                                             unknown      login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/invite                                       login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/invite                                       login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/invite                           invite      login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/invitations/{invitation}/withdraw             login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/invitations/{invitation}/withdraw unknown     login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/invitations/{invitation}/again               login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/invitations/{invitation}/again   unknown     login 404   404   404   404   404   404   404   404
GET  /cohorts/{cohort}/coach/requests                                     login 404   404   404   404   page  404   404   404
POST /cohorts/{cohort}/coach/requests/{handle}/let-in                     login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/requests/{handle}/let-in         unknown     login 404   404   404   404   404   404   404   404
POST /cohorts/{cohort}/coach/requests/{handle}/decline                    login 404   404   404   404   done  404   404   404
POST /cohorts/{cohort}/coach/requests/{handle}/decline        unknown     login 404   404   404   404   404   404   404   404
GET  /organize/cohorts/{cohort}/invite                                    login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/invite                                    login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/invite                        invite      login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/invitations/{invitation}/withdraw             login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/invitations/{invitation}/withdraw unknown     login 404   404   404   404   404   404   404   404
POST /organize/cohorts/{cohort}/invitations/{invitation}/again             login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/invitations/{invitation}/again unknown     login 404   404   404   404   404   404   404   404
GET  /organize/cohorts/{cohort}/requests                                  login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/requests/{handle}/let-in                  login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/requests/{handle}/let-in      unknown     login 404   404   404   404   404   404   404   404
POST /organize/cohorts/{cohort}/requests/{handle}/decline                 login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/requests/{handle}/decline     unknown     login 404   404   404   404   404   404   404   404
GET  /join-requests                                                       login 404   404   404   404   page  page  page  page
GET  /invited/{token}                                                     page  page  page  page  page  page  page  page  page
GET  /invited/{token}                                         unknown     gone  gone  gone  gone  gone  gone  gone  gone  gone
POST /invited/{token}                                                     done  done  done  done  done  done  done  done  done
POST /invited/{token}                                         unknown     gone  gone  gone  gone  gone  gone  gone  gone  gone
GET  /join/{code}                                             approval    page  page  page  page  page  page  page  page  page
POST /join/{code}                                             approval    login done  done  done  done  done  done  done  done
POST /join/{code}/take-back                                               login done  done  done  done  done  done  done  done
POST /join/{code}/take-back                                   unknown     login 404   404   404   404   404   404   404   404
GET  /sign-in                                                              page  done  done  done  done  done  done  done  done
POST /sign-in                                                              done  done  done  done  done  done  done  done  done
POST /sign-in                                                 wrong        422   done  done  done  done  done  done  done  done
GET  /sign-up                                                              page  done  done  done  done  done  done  done  done
POST /sign-up                                                              done  done  done  done  done  done  done  done  done
POST /sign-up                                                 taken        422   done  done  done  done  done  done  done  done
POST /sign-out                                                             done  done  done  done  done  done  done  done  done
POST /sign-in/{provider}                                                   502   done  done  done  done  done  done  done  done
POST /sign-in/{provider}                                      unknown      404   404   404   404   404   404   404   404   404
GET  /sign-in/{provider}/callback                                          400   done  done  done  done  done  done  done  done
GET  /sign-in/{provider}/callback                             unknown      404   404   404   404   404   404   404   404   404
GET  /forgotten-password                                                   page  page  page  page  page  page  page  page  page
POST /forgotten-password                                                   done  done  done  done  done  done  done  done  done
GET  /forgotten-password/asked                                             page  page  page  page  page  page  page  page  page
GET  /confirm/{token}                                                      login gone  page  gone  gone  gone  gone  gone  gone
GET  /confirm/{token}                                         unknown      login gone  gone  gone  gone  gone  gone  gone  gone
POST /confirm/{token}                                                      login gone  done  gone  gone  gone  gone  gone  gone
POST /confirm/{token}                                         unknown      login gone  gone  gone  gone  gone  gone  gone  gone
GET  /reset/{token}                                                        page  page  page  page  page  page  page  page  page
GET  /reset/{token}                                           unknown      gone  gone  gone  gone  gone  gone  gone  gone  gone
POST /reset/{token}                                                        done  done  done  done  done  done  done  done  done
POST /reset/{token}                                           unknown      gone  gone  gone  gone  gone  gone  gone  gone  gone
GET  /account                                                              login page  page  page  page  page  page  page  page
POST /account/profile                                                      login done  done  done  done  done  done  done  done
POST /account/password                                                     login done  done  done  done  done  done  done  done
POST /account/email                                                        login done  done  done  done  done  done  done  done
GET  /account/journal                                                      login page  page  page  page  page  page  page  page
GET  /account/answers                                                      login page  page  page  page  page  page  page  page
GET  /account/journal.zip                                                  login page  page  page  page  page  page  page  page
GET  /account/notices                                                      login page  page  page  page  page  page  page  page
POST /account/notices                                                      login done  done  done  done  done  done  done  done
GET  /messages                                                             login page  page  page  page  page  page  page  page
GET  /notices                                                              login page  page  page  page  page  page  page  page
POST /notices/read                                                         login done  done  done  done  done  done  done  done
POST /notices/{notice}/open                                                login 404   done  404   404   404   404   404   404
GET  /unsubscribe                                                          page  page  page  page  page  page  page  page  page
GET  /unsubscribe                                             unknown      gone  gone  gone  gone  gone  gone  gone  gone  gone
POST /unsubscribe                                                          page  page  page  page  page  page  page  page  page
POST /unsubscribe                                             unknown      gone  gone  gone  gone  gone  gone  gone  gone  gone
GET  /account/feeds                                                        login page  page  page  page  page  page  page  page
POST /account/feeds                                                        login done  done  done  done  done  done  done  done
POST /account/feeds                                           unknown      login 404   404   404   404   404   404   404   404
POST /account/feeds/{key}/renew                                            login 404   done  404   404   404   404   404   404
POST /account/feeds/{key}/revoke                                           login 404   done  404   404   404   404   404   404
GET  /account/kept                                                         login page  page  page  page  page  page  page  page
GET  /account/records                                                      login page  page  page  page  page  page  page  page
GET  /account/kept/{kept}/note                                             login 404   404   page  404   404   404   404   404
GET  /account/kept/{kept}/note                                removed      login 404   404   404   404   404   404   404   404
POST /account/kept/{kept}/note                                             login 404   404   done  404   404   404   404   404
POST /account/kept/{kept}/note                                removed      login 404   404   404   404   404   404   404   404
POST /account/kept/{kept}/remove                                           login 404   404   done  404   404   404   404   404
POST /account/kept/{kept}/remove                              removed      login 404   404   404   404   404   404   404   404
POST /account/kept/{kept}/restore                                          login 404   404   404   404   404   404   404   404
POST /account/kept/{kept}/restore                             removed      login 404   404   done  404   404   404   404   404
GET  /account/blog                                                        login page  page  page  page  page  page  page  page
POST /account/blog                                                        login 422   422   422   422   422   422   422   422
POST /account/blog/confirm                                                login 422   422   422   422   422   422   422   422
POST /account/blog/read                                                   login 404   done  404   done  404   404   404   404
POST /account/blog/entries                                                login 404   done  404   done  404   404   404   404
POST /account/blog/settings                                               login 404   done  404   done  404   404   404   404
POST /account/blog/remove                                                 login 404   done  done  done  404   404   404   404
POST /account/sessions/end-others                                          login done  done  done  done  done  done  done  done
POST /account/sessions/{public_id}/end                                     login 404   done  404   404   404   404   404   404
GET  /account/identities/new                                               login done  done  done  done  done  done  done  done
POST /account/identities                                                   login done  done  done  done  done  done  done  done
POST /account/identities/{provider}                                        login done  done  done  done  done  done  done  done
POST /account/identities/{provider}                           unknown      404   404   404   404   404   404   404   404   404
POST /account/unlink                                                       login 404   done  404   404   404   404   404   404
POST /language                                                             done  done  done  done  done  done  done  done  done
GET  /organize                                                             login 404   404   404   404   404   404   page  page
GET  /organize/programmes/{programme}                                      login 404   404   404   404   404   404   page  page
GET  /organize/programmes/{programme}/health                               login 404   404   404   404   404   404   page  page
GET  /organize/cohorts                                                     login 404   404   404   404   404   404   page  page
POST /organize/cohorts                                                     login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/new                                                 login 404   404   404   404   404   404   page  page
GET  /organize/cohorts/{cohort}                                            login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/promise                                    login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/{cohort}/edit                                          login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/edit                                          login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/{cohort}/run                                           login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/run                                           login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/{cohort}/things                                        login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/things                                        login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/{cohort}/copy                                          login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/copy                                          login 404   404   404   404   404   404   done  done
GET  /organize/cohorts/{cohort}/end                                           login 404   404   404   404   404   404   page  page
POST /organize/cohorts/{cohort}/end                                           login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/coaches                                    login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/coaches                       unknown      login 404   404   404   404   404   404   422   422
GET  /organize/cohorts/{cohort}/coaches/{handle}/remove                    login 404   404   404   404   404   404   page  page
GET  /organize/cohorts/{cohort}/coaches/{handle}/remove       elsewhere    login 404   404   404   404   404   404   404   404
POST /organize/cohorts/{cohort}/coaches/{handle}/remove                    login 404   404   404   404   404   404   done  done
POST /organize/cohorts/{cohort}/coaches/{handle}/remove       elsewhere    login 404   404   404   404   404   404   404   404
GET  /organize/cohorts/{cohort}/poster                                     login 404   404   404   404   404   404   page  page
GET  /organize/people                                                      login 404   404   404   404   404   404   page  page
GET  /organize/people/{public_id}/reset-link                               login 404   404   404   404   404   404   404   page
POST /organize/people/{public_id}/reset-link                               login 404   404   404   404   404   404   404   page
GET  /organize/reports                                                     login 404   404   404   404   404   404   page  page
GET  /organize/reports/{report}                               desk         login 404   404   404   404   404   404   page  page
GET  /organize/reports/{report}                               coaches      login 404   404   404   404   404   404   404   404
POST /organize/reports/{report}                               desk         login 404   404   404   404   404   404   done  done
POST /organize/reports/{report}                               coaches      login 404   404   404   404   404   404   404   404
GET  /organize/appeals/{hiding}                               hidden       login 404   404   404   404   404   404   page  page
GET  /organize/appeals/{hiding}                               taken        login 404   404   404   404   404   404   404   404
POST /organize/appeals/{hiding}                               hidden       login 404   404   404   404   404   404   done  done
POST /organize/appeals/{hiding}                               taken        login 404   404   404   404   404   404   404   404
POST /organize/hidings/{hiding}/lift                          taken        login 404   404   404   404   404   404   done  done
POST /organize/hidings/{hiding}/lift                          comment      login 404   404   404   404   404   404   404   404
GET  /organize/log                                                         login 404   404   404   404   404   404   page  page
GET  /organize/background                                                  login 404   404   404   404   404   404   404   page
POST /organize/background/trial-mail                                       login 404   404   404   404   404   404   404   done
POST /organize/background/retry                                            login 404   404   404   404   404   404   404   done
POST /organize/background/{job}/retry                                      login 404   404   404   404   404   404   404   done
POST /organize/background/{job}/retry                         unknown      login 404   404   404   404   404   404   404   404
POST /organize/background/{job}/drop                                       login 404   404   404   404   404   404   404   done
POST /organize/background/{job}/drop                          unknown      login 404   404   404   404   404   404   404   404
GET  /start/{token}                                                        404   404   404   404   404   404   404   404   404
POST /start/{token}                                                        404   404   404   404   404   404   404   404   404
GET  /healthz                                                              page  page  page  page  page  page  page  page  page
GET  /readyz                                                               page  page  page  page  page  page  page  page  page
GET  /static/{path:path}                                                   page  page  page  page  page  page  page  page  page
"""

TIMES = {"on_1": "2031-05-07", "at_1": "10:00", "minutes": "30", "words": "Shall we?", "once": "times"}
MEETING = {"title": "Kick-off", "on": "2031-05-06", "at": "10:00", "place": "Room 1"}
POST_FORM = {"title": "A find", "body": "Three sentences.", "visibility": "private", "action": "publish"}
FORMS: Mapping[str, Mapping[str, str]] = {
    "/programmes/{programme}/{thing}/activities/{activity}": {"done": "1"},
    "/programmes/{programme}/{thing}/reflect": POST_FORM,
    "/programmes/{programme}/{thing}/reflect draft": {**POST_FORM, "action": "draft"},
    "/programmes/{programme}/{thing}/stuck": {"body": "Where is the button?", "to": "cohort"},
    "/enrolments/{enrolment}/mentor/tiles": {"shown": "1"},
    "/posts/new": POST_FORM,
    "/posts/new asking": {**POST_FORM, "visibility": "cohort"},
    "/journals/{handle}/{post}/edit": POST_FORM,
    "/journals/{handle}/{post}/answers": {"body": "An answer.", "audience": "readers"},
    "/journals/{handle}/{post}/answers feedback": {"body": "An answer.", "audience": "coaches"},
    "/journals/{handle}/{post}/answers/{answer}/edit": {"body": "Another answer."},
    "/journals/{handle}/{post}/answers/{answer}/accept": {"accepted": "1"},
    "/journals/{handle}/{post}/answers/{answer}/reactions": {"kind": "thanks", "on": "1"},
    "/journals/{handle}/{post}/reactions": {"kind": "same-here", "on": "1"},
    "/join": {"code": "riverside"},
    "/join unknown": {"code": "nosuchcode"},
    "/invited/{token}": {"name": "Nele Wouters", "password": "seven green umbrellas"},
    "/organize/cohorts/{cohort}/invite": {"addresses": "nele@example.org"},
    "/organize/cohorts/{cohort}/invite invite": {"addresses": "nele@example.org", "action": "invite"},
    "/cohorts/{cohort}/coach/invite": {"addresses": "nele@example.org"},
    "/cohorts/{cohort}/coach/invite invite": {"addresses": "nele@example.org", "action": "invite"},
    "/sign-in": {"email": "lou@example.org", "password": PASSWORD},
    "/sign-in wrong": {"email": "lou@example.org", "password": "not the password"},
    "/sign-up": {"name": "Nele Wouters", "email": "nele@example.org", "password": "seven green umbrellas"},
    "/sign-up taken": {"name": "Lou", "email": "lou@example.org", "password": "seven green umbrellas"},
    "/reset/{token}": {"password": "seven green umbrellas"},
    "/account/profile": {"name": "Another Name", "about": "A few words.", "language": "nl"},
    "/account/kept/{kept}/note": {"note": "To be read once more."},
    "/account/password": {"current_password": PASSWORD, "password": "seven green umbrellas"},
    "/account/notices": {"answer": "daily", "posts": "never"},
    "/account/email": {"email": "another@example.org", "password_now": PASSWORD},
    "/account/blog": {"url": "http://10.0.0.1/"},
    "/account/blog/confirm": {"url": "http://10.0.0.1/", "visibility": "cohort", "takes": "all"},
    "/account/blog/entries": {"entry": "nosuch", "choice": "-"},
    "/account/blog/settings": {"visibility": "cohort", "takes": "all"},
    "/account/blog/remove": {"posts": "delete"},
    "/programmes/{programme}/record/posts": {"whole": "1"},
    "/enrolments/{enrolment}/plan": {"weekday_1": "3", "at_1": "09:30", "lead": "15"},
    "/enrolments/{enrolment}/break": {"back": (now() + timedelta(days=20)).date().isoformat()},
    "/enrolments/{enrolment}/looking-back": {"thing": "third", "minutes": "20", "useful": "4"},
    "/enrolments/{enrolment}/questions/{moment}": {"dare": "2", "ask": "4"},
    "/programmes/{programme}/{thing}/use": {"use": "did"},
    "/programmes/{programme}/{thing}/use/line": {"line": "At the desk."},
    "/cohorts/{cohort}/coach/today/{handle}/later": {"rule": "silent"},
    "/cohorts/{cohort}/coach/today/rules": {
        "first_days": "1",
        "answer_days": "2",
        "begin_days": "3",
        "silent_days": "10",
        "ticked_things": "2",
        "behind_days": "5",
    },
    "/cohorts/{cohort}/coach/message": {"learner": "piet-claes", "text_en": "Hello.", "action": "send"},
    "/cohorts/{cohort}/coach/pods": {"name": "Bees", "learner": "lena-maes", "once": "a-pod"},
    "/cohorts/{cohort}/coach/pods/deal": {"name": "Bees", "members": "lena-maes piet-claes", "once": "dealt"},
    "/cohorts/{cohort}/coach/pods/{pod}": {"name": "Bees", "learner": "lena-maes", "once": "a-pod"},
    "/cohorts/{cohort}/coach/buddies": {"learner": "lena-maes", "once": "a-pair"},
    "/cohorts/{cohort}/coach/buddies/deal": {"members": "lena-maes piet-claes", "once": "pairs"},
    "/cohorts/{cohort}/coach/time": {"learner": "lena-maes", "what": "days", "days": "7"},
    "/cohorts/{cohort}/report/links": {"ends_on": "2090-01-01"},
    "/cohorts/{cohort}/report/next": {"body": "Two more groups."},
    "/cohorts/{cohort}/coach/notes/{thing}": {"body": "Here we use Teams; ask Ann."},
    "/cohorts/{cohort}/coach/blogs": {"blogs": "Lena Maes,https://lena.example/"},
    "/cohorts/{cohort}/coach/blogs propose": {"blogs": ",https://lena.example/", "action": "propose"},
    "/cohorts/{cohort}/coach/sessions": MEETING,
    "/cohorts/{cohort}/coach/sessions/{session}/edit": MEETING,
    "/cohorts/{cohort}/coach/sessions/{session}/notes": {"notes": "What was said."},
    "/cohorts/{cohort}/coach/sessions/{session}/attendance/{handle}": {"present": "1"},
    "/cohorts/{cohort}/coach/sessions/{session}/room": {"word": "another 47"},
    "/cohorts/{cohort}/sessions/{session}/answer": {"answer": "yes"},
    "/cohorts/{cohort}/coach/learners/{handle}/notes": {"body": "Knows a lot.", "once": "a-note"},
    "/cohorts/{cohort}/coach/learners/{handle}/notes/{note}/edit": {"body": "Knows much."},
    "/cohorts/{cohort}/coach/learners/{handle}/conversations": TIMES,
    "/enrolments/{enrolment}/conversation": {"wish": "About the blog.", "once": "a-wish"},
    "/conversations/{conversation}/times": TIMES,
    "/conversations/{conversation}/agree": {"time": PROPOSED.isoformat()},
    "/conversations/{conversation}/others": {"wish": "Rather in the evening."},
    "/conversations/{conversation}/agenda": {"point": "The blog.", "once": "a-point"},
    "/conversations/{conversation}/summary": {"summary": "We laughed."},
    "/conversations/{conversation}/actions": {"action": "Call.", "who": "coach", "once": "an-action"},
    "/conversations/{conversation}/actions/{action}": {"done": "1"},
    "/cohorts/{cohort}/coach/checklist": {"item": "buddies", "done": "1"},
    "/cohorts/{cohort}/coach/announcements": {"title_en": "News", "body_en": "Room 4.", "once": "news"},
    "/cohorts/{cohort}/coach/announcements/{announcement}/edit": {"title_en": "News", "body_en": "Room 5."},
    "/cohorts/{cohort}/sessions/{session}/here": {"word": WORD},
    "/cohorts/{cohort}/sessions/{session}/here wrong": {"word": "guessed 47"},
    "/cohorts/{cohort}/coach/inbox/read": {"which": "all"},
    "/cohorts/{cohort}/coach/inbox/{post}/answers": {"body": "An answer."},
    "/cohorts/{cohort}/coach/inbox/{post}/another-look": {"body": "Look at the end."},
    "/cohorts/{cohort}/coach/inbox/{post}/approve": {"body": "Well done."},
    "/cohorts/{cohort}/coach/inbox/{post}/reactions": {"kind": "thanks", "on": "1"},
    "/cohorts/{cohort}/coach/inbox/{post}/hand-over": {"coach": "cora-janssens"},
    "/cohorts/{cohort}/coach/promise": {"promise": "every", "days": "3", "text": "On Fridays."},
    "/cohorts/{cohort}/coach/learners/{handle}/talks": {"thing": "second"},
    "/coach/templates": {"title": "Thanks", "text_en": "Thank you, {name}."},
    "/coach/templates/{template}": {"title": "Thanks", "text_nl": "Bedankt, {name}."},
    "/talks/{talk}": {"confirmed": "1"},
    "/organize/cohorts/{cohort}/promise": {"promise": "none"},
    "/forgotten-password": {"email": "lena@example.org"},
    "/account/unlink": {"issuer": ISSUER, "subject": SUBJECT},
    "/language": {"language": "fr", "next": "/programmes"},
    "/journals/{handle}/{post}/report": {"reason": "hurts", "to": "coaches"},
    "/journals/{handle}/{post}/answers/{answer}/report": {"reason": "hurts", "to": "organizers"},
    "/journals/{handle}/{post}/hide": {"reason": "It is not kind."},
    "/journals/{handle}/{post}/answers/{answer}/hide": {"reason": "It is not kind."},
    "/journals/{handle}/{post}/appeal": {"words": "It is."},
    "/journals/{handle}/{post}/answers/{answer}/appeal": {"words": "It is."},
    "/cohorts/{cohort}/coach/reports/{report}": {"action": "fine"},
    "/cohorts/{cohort}/coach/reports/{report} hide": {"action": "hide", "reason": "It is not kind."},
    "/account/feeds": {"path": "/programmes/demo-programme/second/feed.atom"},
    "/account/feeds unknown": {"path": "/programmes/demo-programme/nosuch/feed.atom"},
    "/organize/reports/{report}": {"action": "fine"},
    "/organize/appeals/{hiding}": {"decision": "shown", "answer": "It is kind enough."},
    "/organize/cohorts": {"name": "New Group", "programme": "demo-programme", "mode": "coach-led"},
    "/organize/cohorts/{cohort}/edit": {"name": "Renamed", "mode": "blended", "minimum_words": "50"},
    "/organize/cohorts/{cohort}/run": {"rhythm": "open", "rule": "number", "number": "2"},
    "/organize/cohorts/{cohort}/things": {"slug": "first", "place": "auto", "optional": "first"},
    "/organize/cohorts/{cohort}/copy": {"name": "The next run"},
    "/organize/cohorts/{cohort}/coaches": {"email": "stien@example.org"},
    "/organize/cohorts/{cohort}/coaches unknown": {"email": "nobody@example.org"},
    "/start/{token}": {
        "site_name": "A library",
        "programme": "demo-programme",
        "group": "The first",
        "mode": "coach-led",
        "name": "Nele Wouters",
        "email": "nele@example.org",
        "password": "seven green umbrellas",
    },
}
"""What is sent, by template and, where another form belongs to it, state."""


@dataclass(frozen=True)
class Call:
    """One line of the matrix."""

    method: str
    template: str
    state: str
    outcomes: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.method} {self.template} {self.state}".strip()

    @property
    def form(self) -> Mapping[str, str]:
        return FORMS.get(f"{self.template} {self.state}", FORMS.get(self.template, {}))

    def path(self, world: World) -> str:
        values = _values(world, self.template, self.state)
        query = f"?group={world.ids['enrolment']}" if self.state == "in-group" else ""
        if self.state == "asking":
            query = f"?ask={world.site.cast.cohort.public_id}"
        if self.template == "/search" and self.state:
            query = "?q=kumquat"
        if self.state == "in-cohort":
            query += f"&group={world.site.cast.cohort.public_id}"
        if self.state == "inside-older":
            query = "?after=WzE3MDAwMDAwMDAuMCwgMV0"  # an honest cursor
        if self.template == "/unsubscribe":
            query = f"?token={values['token']}"
        if self.state == "forged":
            query = f"?key={world.ids['feed-key']}{'A' * 24}"
        return _filled(self.template, values) + query

    def ghost(self) -> str:
        """The same address of what never was."""
        if "{" not in self.template:
            query = {"in-group": "group", "in-cohort": "group", "asking": "ask"}.get(self.state)
            return f"{self.template}?{query}=nosuch" if query else "/no-such-page"
        query = "?key=nosuch" if self.state == "forged" else ""
        return re.sub(r"\{[^}]*\}", "nosuch", self.template) + query

    @property
    def able(self) -> tuple[str, ...]:
        """For whom it works, the one with the least rights first."""
        return tuple(role for role in ROLES if self.outcomes[role] in ("page", "done"))


def _read(matrix: str) -> Iterator[Call]:
    for line in matrix.strip().splitlines()[1:]:
        method, template, *rest = line.split()
        state = rest.pop(0) if len(rest) > len(ROLES) else ""
        yield Call(method, template, state, dict(zip(ROLES, rest, strict=True)))


CALLS = tuple(_read(MATRIX))


def once_each(calls: Iterable[Call]) -> list[Call]:
    """The first call that works of each address, whatever further states there are."""
    found: dict[tuple[str, str], Call] = {}
    for call in calls:
        if call.able:
            found.setdefault((call.method, call.template), call)
    return list(found.values())


READS = tuple(call for call in CALLS if call.method == "GET")
WRITES = tuple(call for call in CALLS if call.method == "POST")


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: values[found[1]], template)


CODES = {"full": "FULLHOUSE", "over": "OVERANDOUT", "unknown": "NOSUCH", "approval": "ASKFIRST"}


def _values(world: World, template: str, state: str) -> dict[str, str]:
    cast = world.site.cast
    unknown = state == "unknown"
    values = {
        "programme": "inside-programme" if state == "inside" else "demo-programme",
        "thing": {"inside": "inner", "earlier": "older-second", "unknown": "nosuch"}.get(state, "first"),
        "activity": "nosuch" if unknown else "a",
        "path": "nosuch.png" if unknown else "plan.png",
        "handle": cast.peer.handle if state.startswith("inside") else cast.learner.handle,
        "post": world.posts.get(state, world.posts["cohort"]),
        "answer": world.answers.get(state, ""),
        "cohort": cast.cohort.public_id,
        "code": CODES.get(state, "RIVERSIDE"),
        "invitation": "nosuch" if unknown else world.ids["invitation"],
        "provider": "nosuch" if unknown else "local",
        "token": "nosuch" if unknown else world.ids.get(template.split("/")[1], "nosuch"),
        "link": world.ids["report-link-elsewhere" if state == "elsewhere" else "report-link"],
        "quote": "nosuch" if state == "elsewhere" else world.ids["quote"],
        "kept": world.ids["kept-removed" if state == "removed" else "kept"],
        "revision": "nosuch" if unknown else world.ids["revision"],
        "name": world.ids.get(f"picture-{state}", "nosuch"),
        "notice": world.ids["notice"],
        "enrolment": world.ids["enrolment"],
        "moment": "nosuch" if unknown else "start",
        "report": world.ids["report-desk" if state == "desk" else "report-coaches"],
        "hiding": world.ids[f"hiding-{state or 'comment'}"] if "{hiding}" in template else "",
        "key": world.ids["feed-key"],
        "session": world.ids[f"meeting-{state}" if state in ("cancelled", "elsewhere") else "meeting"],
        "pod": world.ids["pod-elsewhere" if state == "elsewhere" else "pod"],
        "mentorship": world.ids[
            "mentorship-asked" if state == "asked" or "accept" in template else "mentorship"
        ],
        "conversation": world.ids[f"conversation-{state}" if state else "conversation"]
        if "{conversation}" in template
        else "",
        "point": world.ids["point"],
        "action": world.ids["action"],
        "note": world.ids["note-elsewhere" if state == "elsewhere" else "note"],
        "announcement": world.ids[
            f"announcement-{state}" if state in ("taken-back", "elsewhere") else "announcement"
        ],
        "template": world.ids["template"],
        "talk": world.ids["talk"],
        "job": "nosuch" if unknown else world.ids["job"],
        "public_id": world.ids["session"] if "sessions" in template else cast.stranger.public_id,
    }
    if state == "elsewhere":
        values["handle"] = cast.other_learner.handle
    elif template.endswith("/talks"):
        values["handle"] = cast.peer.handle
    if "/requests/{handle}" in template:
        values["handle"] = (cast.peer if unknown else cast.stranger).handle
    if template.endswith("/coaches/{handle}/remove"):
        values["handle"] = (cast.other_coach if state == "elsewhere" else cast.coach).handle
    if template == "/reports/{token}" and state in ("withdrawn", "over"):
        values["token"] = world.ids[f"report-{state}"]
    if "answers/{answer}" in template:
        asked = state in ("helpful", "for-coaches", "below")
        values["post"] = world.posts["question" if asked else "cohort"]
    if template.startswith("/static"):
        values["path"] = StaticFiles(STATIC).url("dingen.css").removeprefix("/static/")
    return values


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every route; HEAD goes with GET, and a mount is one route."""
    found: set[tuple[str, str]] = set()
    for route in iter_route_contexts(app.routes):
        inner: Any = route.original_route
        if isinstance(inner, Mount):
            found.add(("GET", f"{inner.path}/{{path:path}}"))
            continue
        assert route.path is not None and route.methods, f"a route of an unknown kind: {inner!r}"
        found |= {(method, route.path) for method in route.methods - {"HEAD"}}
    return found
