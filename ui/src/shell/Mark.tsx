/** Water over a weir. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0f6cbd" />
      <path
        d="M5 12c3.7-3.4 7.3-3.4 11 0s7.3 3.4 11 0"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path d="M8 18v8M13.3 18v8M18.7 18v8M24 18v8" stroke="#9bd0f5" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
