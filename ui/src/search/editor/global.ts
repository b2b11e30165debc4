/** The language service is compiled from C#, and looks for "global" where others have "self". */
export const named = Object.assign(self, { global: self });
