@echo off
rem What `make run` does, for Windows: needs Python 3.11 or newer from python.org.
setlocal
cd /d "%~dp0"
where py >nul 2>nul || (echo Dingen needs Python 3.11 or newer: install it from python.org, then try again. & exit /b 1)
if not exist .venv\runtime (
  py -3 scripts\install.py requirements.lock || exit /b 1
  type nul > .venv\runtime
)
if "%PORT%"=="" set PORT=8000
.venv\Scripts\dingen.exe demo
